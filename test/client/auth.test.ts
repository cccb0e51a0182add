import { describe, expect, it } from "vitest";
import { contentOf } from "../../shared/client/content.ts";
import type { HttpAnswer } from "../../shared/http/messages.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { patterned } from "../support/bodies.ts";
import { sha256 } from "../support/domain.ts";
import { serving, stopServers } from "../support/serving.ts";
import { berth, clientOf, closeClients } from "./support/clients.ts";
import { guarded, type Heard, hearing, json, type TokenAsk, tokenServer } from "./support/guards.ts";

stopServers();
closeClients();

const repo = parseRepoName("team/app");
const NAME = "ci@shop";
const SECRET = "p:ss wörd";
const BASIC = `Basic ${Buffer.from(`${NAME}:${SECRET}`).toString("base64")}`;
const password = { kind: "password", name: NAME, secret: SECRET } as const;
const bytes = patterned(3_000_000, "auth");
const blob = { digest: sha256(bytes), content: contentOf(bytes) };

/** A registry that wants a bearer token; `realm` is where, `tokens` what is valid. */
async function bearer({
  answer,
  realmAt,
}: {
  readonly answer: (ask: TokenAsk, count: number) => HttpAnswer;
  readonly realmAt?: string;
}) {
  const asks: TokenAsk[] = [];
  const heard: Heard[] = [];
  const valid = new Set<string>();
  const server = await serving(tokenServer(asks, answer));
  const realm = `${realmAt ?? server.url}/token`;
  const registry = await berth((handler) =>
    hearing(heard)(
      guarded(
        (authorization) => valid.has(authorization ?? ""),
        () => `Bearer realm="${realm}",service="reg, \\"quoted\\"",scope="repository:team/app:pull"`,
      )(handler),
    ),
  );
  return { url: registry.url, server, asks, heard, valid };
}

const gives =
  (token: string, more: object = {}) =>
  () =>
    json(200, { token, ...more });
const trust = () => true;

describe("a registry that wants Basic", () => {
  it("is asked without credentials first, and with them from then on", async () => {
    const heard: Heard[] = [];
    const { url } = await berth((handler) =>
      hearing(heard)(
        guarded(
          (shown) => shown === BASIC,
          () => 'Basic realm="here"',
        )(handler),
      ),
    );
    const client = clientOf(url, { credentials: password });
    await client.ping();
    expect(await client.pushBlob(repo, blob)).toBe("sent");
    expect(heard.map(({ authorization }) => authorization)).toEqual([
      undefined,
      ...Array.from({ length: heard.length - 1 }, () => BASIC),
    ]);
  });

  it("refuses without credentials, and with wrong ones, in an error that holds none", async () => {
    const { url } = await berth(
      guarded(
        (shown) => shown === BASIC,
        () => "Basic",
      ),
    );
    const wrong = { ...password, secret: "hunter2hunter2" };
    for (const credentials of [undefined, wrong]) {
      const error = await clientOf(url, credentials && { credentials })
        .ping()
        .catch((cause: unknown) => cause);
      expect(error).toMatchObject({ name: "RegistryRefusal", status: 401, reason: "UNAUTHORIZED" });
      expect(String(error)).not.toMatch(/hunter2|aHVudGVy/);
    }
  });
});

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

  it("may end a token in the middle of an upload, which goes on with another", async () => {
    const { url, asks, valid, heard } = await bearer({
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
  });

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

describe("credentials", () => {
  it("never go to a token server on another host without consent", async () => {
    const { url, asks, server, valid } = await bearer({ answer: gives("right") });
    valid.add("Bearer right");
    const refresh = { kind: "identity-token", token: "r0" } as const;
    for (const credentials of [password, refresh]) {
      await expect(clientOf(url, { credentials }).ping()).rejects.toThrow(
        `wants its credentials sent to ${new URL(server.url).host}, which is another host: nothing was sent`,
      );
    }
    expect(asks).toEqual([]);
    const consent: string[] = [];
    const trusting = (realm: URL, registry: URL) => consent.push(`${realm.host} ${registry.host}`) > 0;
    await clientOf(url, { credentials: password, trust: trusting }).ping();
    expect(consent).toEqual([`${new URL(server.url).host} ${new URL(url).host}`]);
  });

  it("never make the client knock at an address of numbers, not even without a secret", async () => {
    const { url, asks } = await bearer({ answer: gives("right") });
    await expect(clientOf(url).ping()).rejects.toThrow(/is another host/);
    await expect(
      clientOf((await bearer({ answer: gives("x"), realmAt: "ftp://a" })).url).ping(),
    ).rejects.toThrow(/which is no address/);
    expect(asks).toEqual([]);
  });

  it("never follow a redirect to another host, whatever that asks for", async () => {
    const elsewhere: Heard[] = [];
    const asks: TokenAsk[] = [];
    const tokens = await serving(tokenServer(asks, gives("right")));
    const other = await serving(
      hearing(elsewhere)(async () =>
        json(401, {}, { "WWW-Authenticate": `Bearer realm="${tokens.url}/token"` }),
      ),
    );
    const { url } = await berth((handler) =>
      guarded(
        (shown) => shown === BASIC,
        () => "Basic",
      )(async (request) =>
        request.method === "GET" && request.path.includes("/blobs/")
          ? {
              status: 307,
              headers: { Location: `${other.url}/bytes?signed=1`, "Content-Length": "0" },
              body: { kind: "empty" },
            }
          : handler(request),
      ),
    );
    const client = clientOf(url, { credentials: password, trust });
    await expect(Array.fromAsync(client.pullBlob(repo, blob.digest))).rejects.toMatchObject({ status: 401 });
    expect(elsewhere).toMatchObject([{ path: "/bytes", authorization: undefined }]);
    expect(asks).toEqual([]);
  });
});
