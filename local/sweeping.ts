import type { Swept } from "../shared/registry/sweep.ts";
import type { Log } from "./log.ts";

const HOUR = 60 * 60 * 1000;

/** Runs `sweep` now and every hour, one at a time. The returned function resolves when none runs and none will. */
export function startSweeping(
  sweep: () => Promise<Swept>,
  log: Log,
): (endStores: () => Promise<void>) => Promise<void> {
  let running = Promise.resolve();
  let ended = false;
  const run = async () => {
    try {
      const swept = await sweep();
      log.debug(swept, "swept what broken uploads have left");
    } catch (error) {
      // What is left over costs space and nothing else; and a shutdown closes the stores beneath a sweep.
      if (!ended) log.warn({ err: error }, "the sweep broke off; it is tried again in an hour");
    }
  };
  const next = () => {
    running = running.then(run);
  };
  next();
  const timer = setInterval(next, HOUR).unref();
  return async (endStores) => {
    ended = true;
    clearInterval(timer);
    await endStores();
    await running;
  };
}
