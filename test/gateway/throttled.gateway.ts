import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../shared/audit/event.ts";
import { basic, guardedStack } from "./support/guarded-stack.ts";

/** A stack with a policy, whose functions are processes of their own: what they count of a caller, they count together. */

const LIMIT = 20;
const WINDOW = 10_000;
const stack = guardedStack({
  requestsPerIdentity: LIMIT,
  requestsPerNetwork: LIMIT,
  heads: "web-function",
});
const DIGEST = `sha256:${"a".repeat(64)}`;
/** One for each function that reads or writes, and the administration. */
const EVERYWHERE = [
  ["GET", "/v2/"],
  ["GET", "/v2/team/app/manifests/1"],
  ["GET", `/v2/team/app/blobs/${DIGEST}`],
  ["GET", "/v2/team/app/tags/list"],
  ["GET", `/v2/team/app/referrers/${DIGEST}`],
  ["POST", "/v2/team/app/blobs/uploads/"],
  ["DELETE", "/v2/team/app/manifests/1"],
  ["GET", "/v2/a/b/c/d/e/f/g/h/i/tags/list"],
  ["GET", "/v2/_berth/self"],
] as const;

type Ask = (method: string, path: string) => Promise<number>;
const asking =
  (headers: Readonly<Record<string, string>>): Ask =>
  async (method, path) => {
    const answer = await stack.client.fetch(path, { method, headers });
    await answer.arrayBuffer();
    if (answer.status === 429) {
      const seconds = Number(answer.headers.get("retry-after"));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(10);
    }
    return answer.status;
  };

/** What functions log that had no answer of the table in time, and went by what they knew. */
const ALONE = "what a caller asks is counted here alone";

/** What `work` comes to within one window. A machine that is busy may delay it, or the table's stand-in: then once more. */
async function inOneWindow<Result>(work: () => Promise<Result>): Promise<Result> {
  const window = () => Math.floor(Date.now() / WINDOW);
  const alone = () => stack.log().split(ALONE).length;
  for (;;) {
    const left = WINDOW - (Date.now() % WINDOW);
    await new Promise((resolve) => setTimeout(resolve, left + 10));
    const before = [window(), alone()];
    const result = await work();
    if (window() === before[0] && alone() === before[1]) return result;
  }
}

async function exhaust(ask: Ask, path: string): Promise<number> {
  let passed = 0;
  while ((await ask("GET", path)) !== 429) passed += 1;
  return passed;
}

async function inTurn<One, Result>(
  all: readonly One[],
  work: (one: One) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const one of all) results.push(await work(one));
  return results;
}

async function tokenOf(login: Parameters<typeof basic>[0]): Promise<string> {
  const scope = "repository:team/app:pull,push,delete";
  const answer = await stack.client.fetch(`/token?scope=${scope}`, { headers: basic(login) });
  return ((await answer.json()) as { readonly token: string }).token;
}

describe("a caller who asks too much", () => {
  it("of one function is refused by every other, too, and nobody else is", async () => {
    const [ada, reader] = await Promise.all([tokenOf(stack.ada), tokenOf(stack.reader)]);
    const asAda = asking({ authorization: `Bearer ${ada}` });
    const asReader = asking({ authorization: `Bearer ${reader}` });
    // Warm: a start of each takes a good part of a window.
    await inTurn(EVERYWHERE, ([method, path]) => asAda(method, path));
    const { passed, elsewhere, others } = await inOneWindow(async () => ({
      passed: await exhaust(asAda, "/v2/team/app/tags/list"),
      elsewhere: await inTurn(EVERYWHERE, ([method, path]) => asAda(method, path)),
      others: await asReader("GET", "/v2/team/app/tags/list"),
    }));
    expect(passed).toBe(LIMIT);
    expect(elsewhere).toEqual(EVERYWHERE.map(() => 429));
    expect(others).not.toBe(429);
  });

  it("is audited by name, once for each environment that refuses", () => {
    const told = stack
      .log()
      .split("\n")
      .flatMap((line) =>
        line.includes('"message":"audit"') ? [JSON.parse(line) as { audit: AuditEvent }] : [],
      )
      .filter(({ audit }) => audit.event === "requests");
    expect(told.map(({ audit }) => audit)).toContainEqual(
      expect.objectContaining({ actor: "user:ada", outcome: "refused", reason: "TOOMANYREQUESTS" }),
    );
  });
});

describe("the rights to count", () => {
  it("are those of every function that answers callers", () => {
    const counting = [...stack.stand.used].filter((what) => what.includes("dynamodb:UpdateItem"));
    for (const name of ["base", "manifests", "blobs", "tags", "referrers", "token", "administration"])
      expect(counting.join("\n")).toMatch(new RegExp(`^${name}Function`, "m"));
  });
});
