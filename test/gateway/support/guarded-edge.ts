import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Guarded } from "../../clients/support/callers.ts";
import { addAccounts } from "../../clients/support/guarded.ts";
import { freshDirectory } from "../../clients/support/images.ts";
import { startVouchers, type Vouchers } from "../../clients/support/vouchers.ts";
import { freePort } from "../../support/free-port.ts";
import { firstAdminOf } from "../as-owner.ts";
import type { RegistryClient } from "./client.ts";
import { type StackOptions, stackUnderTest } from "./stack-under-test.ts";

export interface GuardedEdge {
  /** while tests run */
  readonly registry: () => Guarded;
  readonly client: () => RegistryClient;
  readonly vouchers: () => Vouchers;
  /** what the functions logged since the start */
  readonly log: () => string;
}

interface Up {
  readonly registry: Guarded;
  readonly client: RegistryClient;
}

/**
 * A stack with a policy, by its edge, at a port that its functions know for the registry's, with somebody of each kind: for
 * all tests of the file.
 */
export function guardedEdge(given: Pick<StackOptions, "kms"> = {}): GuardedEdge {
  let vouchers: Vouchers | undefined;
  let port = 0;
  let up: Up | undefined;
  const stack = stackUnderTest(async () => {
    vouchers = await startVouchers();
    port = await freePort();
    const policy = join(await freshDirectory("policy"), "policy.yaml");
    await writeFile(policy, vouchers.policy);
    const variables = { ...vouchers.variables, BERTH_HOSTS: `127.0.0.1:${port}` };
    return { door: "played", settings: { policy }, variables, ...given };
  });
  beforeAll(async () => {
    const client = await stack.serveEdge({}, { port });
    const { host } = new URL(client.url);
    const accounts = await addAccounts(host, (await firstAdminOf(stack.stand)) ?? "");
    up = { client, registry: { host, ...accounts, ...(await started(vouchers).callers()) } };
  });
  afterAll(() => vouchers?.stop());
  return {
    registry: () => started(up).registry,
    client: () => started(up).client,
    vouchers: () => started(vouchers),
    log: stack.log,
  };
}

function started<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the registry runs only while tests do");
  return value;
}
