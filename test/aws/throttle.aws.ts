import { hash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { openThrottle } from "../../functions/auth/throttle.ts";
import { GetItemCommand } from "../../functions/stores/dynamo-client.ts";
import type { AuditEvent } from "../../shared/audit/event.ts";
import { createAuthority } from "../../shared/auth/authority.ts";
import { rights } from "../auth/support/rights.ts";
import { deploy } from "../functions/support/deploy.ts";
import type { Told } from "../functions/support/gateway.ts";
import { LOCAL_REGION } from "./servers.ts";
import { type AwsTable, openAwsTable } from "./support/stores.ts";

/** Functions of several instances, which share nothing but the table. */

let table: AwsTable;
let endpoint = "";
/** the caller's own, so that no test meets what another has counted */
let name = "";
let tests = 0;

beforeAll(async () => {
  table = await openAwsTable({ timeToLive: false });
  endpoint = inject("dynamoDb").endpoint;
});
afterAll(() => table.close());
beforeEach(() => {
  tests += 1;
  name = `robot:${tests}`;
  sent.length = 0;
});

/** what has left for DynamoDB by requests of our own */
const sent: string[] = [];
const { fetch } = globalThis;
beforeAll(() => {
  globalThis.fetch = (input, init) => {
    if (typeof input === "string" && input.startsWith(endpoint))
      sent.push(new Headers(init?.headers).get("x-amz-target") ?? "");
    return fetch(input, init);
  };
});
afterAll(() => {
  globalThis.fetch = fetch;
});

interface Instance {
  /** the status of each request that the function answers */
  readonly pulled: (times: number) => Promise<readonly number[]>;
  readonly audited: AuditEvent[];
  readonly warned: string[];
  readonly told: Told;
}

/** One of a function that reads, to which `name` sends requests. */
function instance({ at = endpoint, limit = 1000 }: { at?: string; limit?: number } = {}): Instance {
  const audited: AuditEvent[] = [];
  const warned: string[] = [];
  const throttle = openThrottle({
    region: LOCAL_REGION,
    table: table.name,
    dynamo: { endpoint: at },
    requestsPerIdentity: limit,
    requestsPerNetwork: limit,
    credentials: { accessKeyId: "berthtest", secretAccessKey: "any", assuredUntil: Number.POSITIVE_INFINITY },
    log: {
      audit: (event) => audited.push(event),
      warn: (text) => warned.push(typeof text === "string" ? text : text.message),
    },
  });
  const everyone = createAuthority({
    service: "berth-test",
    address: { kind: "asked", scheme: "https" },
    tokens: { readAccess: async () => "invalid" },
    byCredentials: async () => ({ kind: "known", access: { caller: { name }, rights: rights([]) } }),
  });
  const { reader, told } = deploy({ authority: everyone, throttle });
  const headers = { authorization: `Basic ${Buffer.from("ci:secret").toString("base64")}` };
  const pulled = async (times: number) => {
    const statuses: number[] = [];
    for (let count = 0; count < times; count += 1)
      statuses.push((await reader.fetch("/v2/shop/a/manifests/v1", { headers })).status);
    return statuses;
  };
  return { pulled, audited, warned, told };
}

/** Waits for a window that has just begun, so that what follows is all in one. */
async function freshWindow(): Promise<number> {
  const left = 10_000 - (Date.now() % 10_000);
  if (left < 8000) await new Promise((resolve) => setTimeout(resolve, left + 20));
  return Date.now() - (Date.now() % 10_000);
}
const passedOf = (statuses: readonly number[]): number => statuses.filter((status) => status !== 429).length;

describe("requests of one caller to several instances", () => {
  it("are counted together: what one has let pass, another does not again", async () => {
    await freshWindow();
    const [here, there] = [instance({ limit: 200 }), instance({ limit: 200 })];
    expect(passedOf(await here.pulled(150))).toBe(150);
    const passed = passedOf(await there.pulled(150));
    expect(passed).toBeGreaterThanOrEqual(49);
    expect(passed).toBeLessThanOrEqual(51);
    expect(passedOf(await here.pulled(5))).toBeLessThanOrEqual(1);
    expect(there.told.lines.at(-1)?.fields).toMatchObject({ status: 429, caller: name });
    expect(there.audited).toEqual([
      { actor: name, from: "192.0.2.1", event: "requests", outcome: "refused", reason: "TOOMANYREQUESTS" },
    ]);
  });

  it("take no call of their own below a hundredth of the limit, and one for each hundredth", async () => {
    await freshWindow();
    const here = instance({ limit: 1000 });
    await here.pulled(9);
    expect(sent).toEqual([]);
    await here.pulled(21);
    expect(sent).toEqual(Array(3).fill("DynamoDB_20120810.UpdateItem"));
  });

  it("leave an item that the table drops by itself, and that names nobody", async () => {
    const start = await freshWindow();
    await instance({ limit: 100 }).pulled(3);
    const Key = { pk: { S: `REQUESTS#${hash("sha256", name)}` }, sk: { S: String(start) } };
    const { Item } = await table.clients.repeating.send(new GetItemCommand({ TableName: table.name, Key }));
    expect(Item).toEqual({ ...Key, requests: { N: "3" }, expires: { N: String(start / 1000 + 3600) } });
  });

  it("pass all the same, as far as each instance knows, where the table can't be had", async () => {
    await freshWindow();
    const here = instance({ at: "http://127.0.0.1:1", limit: 20 });
    expect(passedOf(await here.pulled(25))).toBe(20);
    expect(here.warned).toEqual(Array(20).fill("what a caller asks is counted here alone"));
  });
});
