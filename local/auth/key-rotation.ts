import type { Log } from "../log.ts";
import type { TokenKeys } from "./token-keys.ts";

/** milliseconds: no timer of Node's goes on for months, and a machine that slept has another time when it wakes */
const HOUR = 3_600_000;

/**
 * Renews the keys of a registry that runs, whenever that is due. No process stays for it. What is returned resolves when
 * no renewal runs and none will.
 */
export function startKeyRotation(
  { dueIn, renew }: Pick<TokenKeys, "dueIn" | "renew">,
  log: Log,
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let ended = false;
  const wait = (milliseconds: number) => {
    if (!ended) timer = setTimeout(begin, milliseconds).unref();
  };
  const begin = () => {
    running = run();
  };
  const run = async () => {
    try {
      if ((await renew()) === "renewed")
        log.info("a new key signs tokens; what the old one signed stays good");
      wait(Math.min(dueIn(), HOUR));
    } catch (error) {
      log.warn(
        { err: error },
        "no new key for tokens, so the old one signs on; it is tried again in an hour",
      );
      wait(HOUR);
    }
  };
  wait(Math.min(dueIn(), HOUR));
  return async () => {
    ended = true;
    clearTimeout(timer);
    await running;
  };
}
