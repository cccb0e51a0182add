import { describe, expect, it } from "vitest";
import { serving, stopServers } from "../support/serving.ts";
import { BASIC, bearer, blob, gives, password, repo, trust } from "./support/bearer.ts";
import { clientOf, closeClients, startRegistry } from "./support/clients.ts";
import { guarded, type Heard, hearing, json, type TokenAsk, tokenServer } from "./support/guards.ts";

stopServers();
closeClients();

describe("a registry that wants Basic", () => {
  it("is asked without credentials first, and with them from then on", async () => {
    const heard: Heard[] = [];
    const { url } = await startRegistry((handler) =>
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
    const { url } = await startRegistry(
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

describe("credentials", () => {
  it("that could not be found once are looked for again", async () => {
    const { url } = await startRegistry(
      guarded(
        (shown) => shown === BASIC,
        () => "Basic",
      ),
    );
    let asked = 0;
    const client = clientOf(url, {
      credentials: async () => {
        asked += 1;
        if (asked === 1) throw new Error("the keychain is locked");
        return password;
      },
    });
    await expect(client.ping()).rejects.toThrow("the keychain is locked");
    for (let times = 0; times < 3; times += 1) await client.ping();
    expect(asked).toBe(2);
  });

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
    const { url } = await startRegistry((handler) =>
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
