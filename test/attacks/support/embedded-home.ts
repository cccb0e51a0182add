import { createPrivateKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { KeyRing } from "../../../local/auth/key-ring.ts";
import { type BerthProcess, spawnBerth } from "../../support/berth-process.ts";
import { readStore } from "../../support/store-contents.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { AttackedHome, Premises } from "./home.ts";
import { storedLines } from "./stored-lines.ts";

/** A process starts within one of them, or on a machine that does much else within some. */
const START_MILLISECONDS = 60_000;

/** tells the most that it ever tells */
const LOUD = ["--log-level", "debug"];
/** attacks come faster than from clients: that they are throttled is tested elsewhere */
const UNTHROTTLED = ["--requests-per-network", "0", "--requests-per-identity", "0"];

/** by which its clients know it */
const NAME = "registry.example.com";

/** `berth serve` with a policy, as a process of its own. */
export const embeddedHome: AttackedHome = (outside) => {
  const up: { berth?: BerthProcess; premises?: Omit<Premises, "output">; end?: () => Promise<void> } = {};
  beforeAll(async () => {
    const folder = await temporaryFolder();
    const data = join(folder.path, "data");
    const policy = join(folder.path, "policy.yaml");
    await writeFile(policy, outside.policy());
    const args = ["--policy", policy, "--public-url", `http://${NAME}`, ...LOUD, ...UNTHROTTLED];
    const berth = await spawnBerth({ data, args, variables: outside.variables() });
    up.berth = berth;
    up.end = async () => {
      await berth.kill("SIGTERM");
      await folder.remove();
    };
    up.premises = {
      entrances: [berth.url],
      name: NAME,
      admin: { name: "admin", secret: await berth.said(/secret\s+(berth_\S+)/) },
      signingKey: await signingKeyIn(data),
      stored: async () => storedLines(await readStore(data)),
    };
  }, START_MILLISECONDS);
  afterAll(() => up.end?.());
  const premises = (): Omit<Premises, "output"> => {
    if (up.premises === undefined) throw new Error("the registry runs only while tests do");
    return up.premises;
  };
  return {
    get entrances() {
      return premises().entrances;
    },
    get name() {
      return premises().name;
    },
    get admin() {
      return premises().admin;
    },
    get signingKey() {
      return premises().signingKey;
    },
    stored: () => premises().stored(),
    output: () => up.berth?.output() ?? "",
  };
};

async function signingKeyIn(data: string) {
  const ring = JSON.parse(await readFile(join(data, "auth", "signing-keys.json"), "utf8")) as KeyRing;
  return createPrivateKey({ key: { ...ring.signing }, format: "jwk" });
}
