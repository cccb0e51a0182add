import { request } from "node:http";
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../shared/audit/event.ts";
import { basic, guardedStack } from "./support/guarded-stack.ts";

/** A stack with a policy, behind its edge and past it: where its functions see a client. */

const stack = guardedStack({ heads: "web-function" });
/** not where the edge calls the API from, which is 127.0.0.1 */
const ELSEWHERE = "127.0.0.2";

/** Logs in with a wrong secret, by a connection from another address of this machine than what the edge's come from. */
async function fail(
  name: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const wrong = basic({ name, secret: "wrong" });
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(new URL("/token?service=berth", url), {
    localAddress: ELSEWHERE,
    headers: { ...wrong, ...headers },
  })
    .on("response", (response) => resolve(response.resume().statusCode))
    .on("error", reject)
    .end();
  expect(await promise).toBe(401);
}

/** where the audit saw who failed by this name */
const seenAt = (name: string): readonly (string | undefined)[] =>
  stack
    .log()
    .split("\n")
    .flatMap((line) =>
      line.includes('"message":"audit"') ? [JSON.parse(line) as { audit: AuditEvent }] : [],
    )
    .flatMap(({ audit }) => (audit.event === "login" && audit.name === name ? [audit.from] : []));

describe("where a client is", () => {
  it("is what the edge says, whatever the client says", async () => {
    const edge = await stack.serveEdge({});
    await fail("one", edge.url);
    await fail("two", edge.url, { "X-Berth-Address": "192.0.2.1", "X-Forwarded-For": "192.0.2.1" });
    await expect.poll(() => [...seenAt("one"), ...seenAt("two")]).toEqual([ELSEWHERE, ELSEWHERE]);
  });

  it("is where the API was called from, past the edge, and whatever the client says", async () => {
    const forged = { "X-Berth-Address": "192.0.2.1", "X-Forwarded-For": "192.0.2.1", "X-Berth-Edge": "1" };
    await fail("three", stack.client.url);
    await fail("four", stack.client.url, forged);
    await expect.poll(() => [...seenAt("three"), ...seenAt("four")]).toEqual([ELSEWHERE, ELSEWHERE]);
  });
});

describe("who a client is", () => {
  it("is in the log of HEAD, too, which a program of its own answers", async () => {
    const edge = await stack.serveEdge({});
    const head = { method: "HEAD", headers: basic(stack.ada) };
    expect((await edge.fetch("/v2/team/app/manifests/absent-head", head)).status).toBe(404);
    const callers = () =>
      stack
        .log()
        .split("\n")
        .filter((line) => line.includes('"message":"answered"') && line.includes("absent-head"))
        .map((line) => (JSON.parse(line) as { readonly caller: string }).caller);
    await expect.poll(callers).toEqual(["user:ada"]);
  });
});
