import { beforeEach, describe, expect, it } from "vitest";
import { byExchange, type InvokeToken } from "../../functions/auth/exchange.ts";
import { serveGateway } from "../../functions/gateway/serve.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { parseGlob, parseTagGlob } from "../../shared/access/glob.ts";
import type { Rights } from "../../shared/access/rights.ts";
import { createAuthority } from "../../shared/auth/authority.ts";
import { createLogIn } from "../../shared/auth/log-in.ts";
import { createThrottle } from "../../shared/auth/throttle/throttle.ts";
import { createTokenEndpoint } from "../../shared/auth/token-endpoint.ts";
import { OPEN } from "../../shared/http/authority.ts";
import { SERVICE, testTokens } from "../auth/support/keys.ts";
import { UNTHROTTLED } from "../auth/support/unthrottled.ts";
import { deploy } from "./support/deploy.ts";
import { contextWith, listen } from "./support/gateway.ts";

let now = Date.UTC(2026, 0, 1);
const clock = { ...systemClock, now: () => now };
const SECRET = "5ec7e7-of-ada";
const basic = (name: string, secret = SECRET) => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`,
});
/** More tags than a token can name. */
const MANY_TAGS = Array.from({ length: 300 }, (_, at) => parseTagGlob(`release-${at}-*`));
const PULL_SHOP: Rights = {
  grants: [{ repositories: parseGlob("shop/*"), actions: ["pull"] }],
  searches: [parseGlob("shop/*")],
  catalog: true,
};

/** A function that reads and writes, and the token function, which alone knows Ada. */
async function start(throttle = UNTHROTTLED) {
  const tokens = await testTokens(clock);
  const accounts = {
    known: true,
    rights: PULL_SHOP,
    answer: undefined as number | undefined,
    invoked: 0,
    addresses: [] as string[],
  };
  const logIn = createLogIn(
    {
      authenticate: async ({ name, secret }) =>
        accounts.known && name === "ada" && secret === SECRET ? { kind: "person", name } : "unknown",
      again: async (identity) => (accounts.known ? identity : "unknown"),
    },
    clock,
    UNTHROTTLED,
  );
  const token = serveGateway({
    telemetry: listen().telemetry,
    authority: OPEN,
    edge: "",
    handlerFor: ({ onUnavailable }) =>
      createTokenEndpoint({
        service: SERVICE,
        tokens,
        logIn,
        again: async () => "unknown",
        rightsOf: async () => accounts.rights,
        clock,
        throttle: UNTHROTTLED,
        onUnavailable,
      }),
  });
  const invoke: InvokeToken = async (event) => {
    accounts.invoked += 1;
    accounts.addresses.push(event.requestContext.http.sourceIp ?? "none");
    if (accounts.answer !== undefined) return { statusCode: accounts.answer };
    return token(event, contextWith());
  };
  const byCredentials = byExchange({ invoke, tokens, clock, throttle });
  const address = { kind: "asked", scheme: "https" } as const;
  const deployed = deploy({
    authority: createAuthority({ service: SERVICE, address, tokens, byCredentials }),
  });
  return { ...deployed, accounts };
}

let registry: Awaited<ReturnType<typeof start>>;
beforeEach(async () => {
  registry = await start();
});
const get = (path: string, headers: Readonly<Record<string, string>>) =>
  registry.fetch(path, { headers: { host: "registry.example", ...headers } });
const TAGS = "/v2/shop/api/tags/list";

describe("a name and its secret at a function that knows nobody", () => {
  it("do what a token does that the token function gives for them, and no more", async () => {
    expect((await get("/v2/", basic("ada"))).status).toBe(200);
    expect((await get(TAGS, basic("ada"))).status).toBe(404);
    const denied = await registry.fetch("/v2/shop/api/blobs/uploads/", {
      method: "POST",
      headers: basic("ada"),
    });
    expect(denied.status).toBe(403);
    expect(await denied.text()).toContain("user:ada has no right to push to shop/api");
    expect((await get("/v2/other/api/tags/list", basic("ada"))).status).toBe(403);
    expect((await get("/v2/_catalog", basic("ada"))).status).toBe(200);
  });

  it("are wrong with 401 and the challenge, which names the host that the client asked", async () => {
    const answer = await get(TAGS, basic("ada", "other"));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe(
      `Bearer realm="https://registry.example/token",service="${SERVICE}",scope="repository:shop/api:pull",error="invalid_token"`,
    );
  });

  it("are asked about once a minute, and a revoked one is refused then", async () => {
    await get(TAGS, basic("ada"));
    await get(TAGS, basic("ada"));
    expect(registry.accounts.invoked).toBe(1);
    registry.accounts.known = false;
    now += 61_000;
    expect((await get(TAGS, basic("ada"))).status).toBe(401);
  });

  it("are remembered for what they were asked about alone", async () => {
    await get(TAGS, basic("ada"));
    expect((await get("/v2/other/tags/list", basic("ada"))).status).toBe(403);
    expect(registry.accounts.invoked).toBe(2);
  });

  it("are told with the client's address, so that who guesses is slowed down, and told when to try again", async () => {
    for (let turn = 0; turn < 5; turn += 1) await get(TAGS, basic("ada", `guess ${turn}`));
    const answer = await get(TAGS, basic("ada", "guess"));
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    const reason = "too many failed logins with this name: try again in 1 s";
    expect(await answer.json()).toMatchObject({ errors: [{ code: "TOOMANYREQUESTS", detail: { reason } }] });
    expect(new Set(registry.accounts.addresses)).toEqual(new Set(["192.0.2.1"]));
  });

  it("are not asked about from a network that asks too much", async () => {
    const limits = { identity: 0, network: 2 };
    const throttle = createThrottle({ limits, now: clock.now, onRefused: () => {} });
    registry = await start(throttle);
    for (let count = 0; count < 2; count += 1) await throttle.count({ name: "anonymous", from: "192.0.2.1" });
    const answer = await get(TAGS, basic("ada"));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    expect(registry.accounts.invoked).toBe(0);
  });

  it("get 400 where no token can hold what the policy says of them", async () => {
    const push = { repositories: parseGlob("shop/*"), actions: ["push"], tags: MANY_TAGS } as const;
    registry.accounts.rights = { ...PULL_SHOP, grants: [push] };
    const answer = await get(TAGS, basic("ada"));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("too many tags");
  });

  it("get 503 where the token function can't answer, and are not let in", async () => {
    registry.accounts.answer = 503;
    expect((await get(TAGS, basic("ada"))).status).toBe(503);
  });

  it("name the caller in the function's log, and their secret nowhere", async () => {
    await get(TAGS, basic("ada"));
    expect(registry.told.lines.at(-1)?.fields).toMatchObject({ caller: "user:ada", status: 404 });
    expect(JSON.stringify(registry.told)).not.toContain("5ec7e7");
  });
});
