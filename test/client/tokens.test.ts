import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../shared/http/messages.ts";
import { stopServers } from "../support/serving.ts";
import { BASIC, bearer, blob, gives, NAME, password, repo, SECRET, trust } from "./support/bearer.ts";
import { clientOf, closeClients } from "./support/clients.ts";
import { json } from "./support/guards.ts";

stopServers();
closeClients();

describe("a registry that wants a bearer token", () => {
  it("gets one of GET with the password, for what the request needs, and only once", async () => {
    const { url, asks, valid } = await bearer({ answer: gives("right") });
    valid.add("Bearer right");
    const client = clientOf(url, { credentials: password, trust });
    for (let times = 0; times < 3; times += 1) expect(await client.hasBlob(repo, blob.digest)).toBe(false);
    expect(asks).toHaveLength(1);
    expect(asks[0]).toMatchObject({ method: "GET", authorization: BASIC });
    expect([...(asks[0]?.fields ?? [])]).toEqual([
      ["service", 'reg, "quoted"'],
      ["scope", "repository:team/app:pull"],
      ["account", NAME],
      ["client_id", "berth"],
    ]);
    await client.pushBlob(repo, blob);
    expect(asks[1]?.fields.getAll("scope")).toEqual(["repository:team/app:pull,push"]);
  });

  it("gets an anonymous one without credentials", async () => {
    const { url, asks, valid } = await bearer({ answer: gives("anyone", { access_token: "other" }) });
    valid.add("Bearer anyone");
    // A name, since addresses of numbers are answered only where they are trusted.
    await clientOf(url.replace("127.0.0.1", "localhost"), { trust }).ping();
    expect(asks).toMatchObject([{ method: "GET", authorization: undefined }]);
    expect(asks[0]?.fields.has("account")).toBe(false);
  });

  it("gets one of POST where the token server has no GET, by the password", async () => {
    const { url, asks, valid } = await bearer({
      answer: ({ method }) => (method === "GET" ? json(405, {}) : json(200, { access_token: "posted" })),
    });
    valid.add("Bearer posted");
    await clientOf(url, { credentials: password, trust }).ping();
    expect(Object.fromEntries(asks[1]?.fields ?? [])).toMatchObject({
      grant_type: "password",
      username: NAME,
      password: SECRET,
      service: 'reg, "quoted"',
    });
  });

  it("gets one of POST by the refresh token, and by the newer one after that", async () => {
    const { url, asks, valid } = await bearer({
      answer: (_ask, count) =>
        json(200, { access_token: `t${count}`, expires_in: 60, refresh_token: `r${count}` }),
    });
    for (const token of ["t1", "t2"]) valid.add(`Bearer ${token}`);
    const client = clientOf(url, { credentials: { kind: "identity-token", token: "r0" }, trust });
    await client.ping();
    client.time.now += 60_000;
    await client.ping();
    expect(
      asks.map(({ method, fields }) => [method, fields.get("grant_type"), fields.get("refresh_token")]),
    ).toEqual([
      ["POST", "refresh_token", "r0"],
      ["POST", "refresh_token", "r1"],
    ]);
  });

  it("is shown a registry token as it is", async () => {
    const { url, asks, valid } = await bearer({ answer: gives("unused") });
    valid.add("Bearer given");
    await clientOf(url, { credentials: { kind: "registry-token", token: "given" } }).ping();
    expect(asks).toEqual([]);
  });

  it("gets a new one before the old one ends, and where the old one is refused", async () => {
    const { url, asks, valid } = await bearer({
      answer: (_ask, count) => json(200, { token: `t${count}`, expires_in: 300 }),
    });
    for (const token of ["t1", "t2", "t3"]) valid.add(`Bearer ${token}`);
    const client = clientOf(url, { credentials: password, trust });
    await client.ping();
    client.time.now += 285_000;
    await client.ping();
    expect(asks).toHaveLength(1);
    client.time.now += 10_000;
    await client.ping();
    expect(asks).toHaveLength(2);
    valid.delete("Bearer t2");
    await client.ping();
    expect(asks).toHaveLength(3);
  });

  it("gives each request what it needs, and what the challenge to its own kind adds", async () => {
    const { url, asks, valid, heard } = await bearer({
      answer: (_ask, count) => {
        valid.add(`Bearer t${count}`);
        return json(200, { token: `t${count}` });
      },
      scope: ({ path }) => (path === "/v2/_catalog" ? "repository::pull" : ""),
    });
    const client = clientOf(url, { credentials: password, trust });
    expect(await Array.fromAsync(client.repositories())).toEqual([]);
    expect(await client.hasBlob(repo, blob.digest)).toBe(false);
    expect(await Array.fromAsync(client.repositories())).toEqual([]);
    expect(asks.map(({ fields }) => fields.getAll("scope"))).toEqual([
      ["registry:catalog:*", "repository::pull"],
      ["repository:team/app:pull"],
    ]);
    expect(heard.map(({ authorization }) => authorization)).toEqual([
      undefined,
      "Bearer t1",
      "Bearer t2",
      "Bearer t1",
    ]);
  });

  it.each([
    ["with a challenge", () => true],
    ["with none, as zot refuses it", ({ header }: HttpRequest) => header("authorization") === undefined],
  ])(
    "may end a token in the middle of an upload, %s: that goes on with another",
    async (_what, challenges) => {
      const { url, asks, valid, heard } = await bearer({
        challenges,
        answer: (_ask, count) => {
          valid.add(`Bearer t${count}`);
          return json(200, { token: `t${count}`, expires_in: 3600 });
        },
      });
      const client = clientOf(url, { credentials: password, trust });
      const ended = new Set<string>();
      const at = (offset: number) => {
        if (offset < 1024 * 1024 || ended.has("once")) return;
        ended.add("once");
        valid.clear();
      };
      const watch = { resumed: () => {}, at };
      expect(await client.pushBlob(repo, blob, { partSize: 1024 * 1024, watch })).toBe("sent");
      expect(asks.length).toBeGreaterThan(2);
      expect(heard.filter(({ method }) => method === "POST")).toHaveLength(1);
      expect(await client.hasBlob(repo, blob.digest)).toBe(true);
    },
  );

  it("that refuses every token is left alone after the second", async () => {
    const { url, asks, heard } = await bearer({ answer: (_ask, count) => json(200, { token: `t${count}` }) });
    await expect(clientOf(url, { credentials: password, trust }).ping()).rejects.toMatchObject({
      status: 401,
    });
    expect([asks.length, heard.length]).toEqual([1, 2]);
  });

  it("whose token server refuses says so, without what it was sent", async () => {
    const { url } = await bearer({
      answer: ({ authorization }) => json(401, { detail: `${authorization} ${SECRET}` }),
    });
    const error = await clientOf(url, { credentials: password, trust }).ping().catch(String);
    expect(error).toMatch(/gives no token \(401\): the credentials are not right there/);
    expect(error).not.toContain(SECRET);
    expect(error).not.toContain(BASIC);
  });
});
