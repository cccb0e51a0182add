import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll } from "vitest";
import { registryHost } from "../../../shared/identities/registry-host.ts";
import type { AttackedHome, Login, Premises } from "../../attacks/support/home.ts";
import { storedLines } from "../../attacks/support/stored-lines.ts";
import { readStores } from "../../aws/support/read-stores.ts";
import { freshDirectory } from "../../clients/support/images.ts";
import { firstAdminOf } from "../as-owner.ts";
import { type StackUnderTest, stackUnderTest } from "./stack-under-test.ts";
import { atStores } from "./stand-stores.ts";

/** Attacks come faster than from clients; and whoever is counted leaves counts in the table. */
const UNTHROTTLED = { requestsPerIdentity: 0, requestsPerNetwork: 0 } as const;

export interface AttackedStack {
  readonly home: AttackedHome;
  /** addresses of the programs behind the edge, which nothing keeps a client from asking */
  readonly door: () => string;
  readonly heads: () => string;
}

/**
 * The synthesized stack with a policy, tokens signed in KMS, and an upload door. It is attacked at its API and at its edge,
 * behind which a program of its own answers HEAD.
 */
export function attackedStack(): AttackedStack {
  let stack: StackUnderTest | undefined;
  const webFunction = (isWanted: (logicalId: string) => boolean): string => {
    const { plan, webFunctions } = stack?.stand ?? {};
    const found = plan?.webFunctions.find(({ logicalId }) => isWanted(logicalId));
    return webFunctions?.get(found?.domain ?? "")?.url ?? "";
  };
  return {
    home: (outside) => {
      stack = stackUnderTest(async () => {
        const policy = join(await freshDirectory("attacked"), "policy.yaml");
        await writeFile(policy, outside.policy());
        const settings = { policy, tokenKeys: 2, heads: "web-function", logLevel: "debug", ...UNTHROTTLED };
        return { door: "played", settings, variables: outside.variables() };
      });
      return premisesOf(stack);
    },
    door: () => webFunction((id) => id.startsWith("UploadDoor")),
    heads: () => webFunction((id) => !id.startsWith("UploadDoor")),
  };
}

function premisesOf(stack: StackUnderTest): Premises {
  const up: { admin?: Login; entrances: readonly string[] } = { entrances: [] };
  beforeAll(async () => {
    const edge = await stack.serveEdge({});
    up.entrances = [stack.client.url, edge.url];
    up.admin = { name: "admin", secret: (await firstAdminOf(stack.stand)) ?? "" };
  });
  return {
    get entrances() {
      return up.entrances;
    },
    get name() {
      const token = stack.stand.plan.functions.find(({ variables }) => "BERTH_HOSTS" in variables);
      const [host = ""] = token?.variables["BERTH_HOSTS"]?.split(" ") ?? [];
      return registryHost(host) ?? "";
    },
    get admin() {
      if (up.admin === undefined) throw new Error("the stack runs only while tests do");
      return up.admin;
    },
    get signingKey() {
      const { plan, stores } = stack.stand;
      return stores.behind.keys.privateKey(plan.signingKeys.at(-1) ?? "");
    },
    stored: () => atStores(stack.stand, async (table, blobs) => storedLines(await readStores(table, blobs))),
    output: stack.log,
  };
}
