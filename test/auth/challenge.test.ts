import { describe, expect, it } from "vitest";
import { converse } from "../support/raw-client.ts";
import { guardedRegistry } from "./support/guarded-registry.ts";

const berth = guardedRegistry();
const fixed = guardedRegistry({ address: { kind: "fixed", origin: "https://registry.example.com" } });
const DIGEST = `sha256:${"0".repeat(64)}`;

const challengeOf = async (path: string, init?: RequestInit, as?: { token: string } | { name: string }) => {
  const response = await berth.fetch(path, init, as);
  return `${response.status} ${response.headers.get("www-authenticate")}`;
};
const challenge = (more: string) =>
  `401 Bearer realm="http://127.0.0.1:${berth.port}/token",service="berth-test"${more}`;

describe("who shows nothing", () => {
  it("is told at /v2/ where tokens are", async () => {
    expect(await challengeOf("/v2/")).toBe(challenge(""));
    expect(await challengeOf("/v2/", { method: "HEAD" })).toBe(challenge(""));
  });

  it.each([
    ["GET", `/v2/shop/a/manifests/v1`, "repository:shop/a:pull"],
    ["HEAD", `/v2/shop/a/manifests/v1`, "repository:shop/a:pull"],
    ["GET", `/v2/shop/a/blobs/${DIGEST}`, "repository:shop/a:pull"],
    ["GET", `/v2/shop/a/tags/list`, "repository:shop/a:pull"],
    ["GET", `/v2/shop/a/referrers/${DIGEST}`, "repository:shop/a:pull"],
    ["POST", `/v2/shop/a/blobs/uploads/`, "repository:shop/a:pull,push"],
    ["POST", `/v2/shop/a/blobs/uploads/?mount=${DIGEST}&from=shop/b`, "repository:shop/a:pull,push"],
    ["PUT", `/v2/shop/a/manifests/v1`, "repository:shop/a:pull,push"],
    ["DELETE", `/v2/shop/a/manifests/v1`, "repository:shop/a:delete"],
    ["DELETE", `/v2/shop/a/blobs/${DIGEST}`, "repository:shop/a:delete"],
    ["GET", `/v2/_catalog`, "registry:catalog:*"],
  ])("is told the scope of %s %s", async (method, path, scope) => {
    const body = method === "PUT" ? { body: "{}" } : {};
    expect(await challengeOf(path, { method, ...body })).toBe(challenge(`,scope="${scope}"`));
  });
});

describe("who shows a token", () => {
  it("is let in at /v2/, though the token holds no right", async () => {
    const token = await berth.tokenFor("ben");
    expect((await berth.fetch("/v2/", {}, { token })).status).toBe(200);
  });

  it("that is none is told so, at /v2/ as well", async () => {
    const bad = { token: "x.y.z" };
    expect(await challengeOf("/v2/", {}, bad)).toBe(challenge(',error="invalid_token"'));
    expect(await challengeOf("/v2/shop/a/tags/list", {}, bad)).toBe(
      challenge(',scope="repository:shop/a:pull",error="invalid_token"'),
    );
  });

  it("for something else is told what to ask for", async () => {
    const token = await berth.tokenFor("ben", "repository:shop/public:pull");
    expect(await challengeOf("/v2/shop/a/tags/list", {}, { token })).toBe(
      challenge(',scope="repository:shop/a:pull",error="insufficient_scope"'),
    );
  });

  it("that was asked for just this is told that it is final", async () => {
    const token = await berth.tokenFor("ben", "repository:shop/public:pull,push");
    const response = await berth.fetch("/v2/shop/public/blobs/uploads/", { method: "POST" }, { token });
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(await response.json()).toMatchObject({
      errors: [{ code: "DENIED", message: "user:ben has no right to push to shop/public" }],
    });
  });

  it("of nobody is told to log in", async () => {
    const { token } = (await (await berth.fetch("/token?scope=repository:shop/a:pull")).json()) as {
      token: string;
    };
    expect(await challengeOf("/v2/shop/a/tags/list", {}, { token })).toBe(
      challenge(',scope="repository:shop/a:pull",error="insufficient_scope"'),
    );
  });

  it("may list with it what its policy lets him pull", async () => {
    const begin = await berth.fetch("/v2/shop/a/blobs/uploads/", { method: "POST" }, { name: "ada" });
    expect(begin.status).toBe(202);
    const token = await berth.tokenFor("rea", "registry:catalog:*");
    expect((await berth.fetch("/v2/_catalog", {}, { token })).status).toBe(200);
    const other = await berth.tokenFor("ben", "registry:catalog:*");
    expect((await berth.fetch("/v2/_catalog", {}, { token: other })).status).toBe(403);
  });
});

describe("who shows a name and a secret with the request", () => {
  it("is let in with all rights, and looked up once", async () => {
    const before = berth.people.looked();
    for (let count = 0; count < 3; count += 1) {
      expect((await berth.fetch("/v2/", {}, { name: "rea" })).status).toBe(200);
      expect((await berth.fetch("/v2/shop/x/tags/list", {}, { name: "rea" })).status).toBe(404);
    }
    expect(berth.people.looked() - before).toBeLessThanOrEqual(1);
  });

  it("and lacks the right is told that it is final", async () => {
    const response = await berth.fetch("/v2/shop/x/blobs/uploads/", { method: "POST" }, { name: "rea" });
    expect(response.status).toBe(403);
  });

  it("that are wrong is challenged again", async () => {
    expect(await challengeOf("/v2/", {}, { name: "nobody" })).toBe(challenge(',error="invalid_token"'));
  });
});

describe("the realm", () => {
  const realmFor = async (...headers: readonly string[]) => {
    const lines = ["GET /v2/ HTTP/1.1", ...headers, "Connection: close", "", ""];
    const answer = await converse(berth.port, lines.join("\r\n"));
    return /realm="([^"]*)"/.exec(answer)?.[1] ?? answer.split("\r\n", 1)[0];
  };

  it("is on the host that the client has named", async () => {
    expect(await realmFor("Host: registry.example.com:5000")).toBe("http://registry.example.com:5000/token");
    expect(await realmFor("Host: [::1]:5000")).toBe("http://[::1]:5000/token");
  });

  it("speaks HTTPS where a proxy says that it does", async () => {
    expect(await realmFor("Host: a.example", "X-Forwarded-Proto: https")).toBe("https://a.example/token");
    expect(await realmFor("Host: a.example", "X-Forwarded-Proto: HTTPS, http")).toBe(
      "https://a.example/token",
    );
    expect(await realmFor("Host: a.example", "X-Forwarded-Proto: http, https")).toBe(
      "http://a.example/token",
    );
    expect(await realmFor("Host: a.example", "X-Forwarded-Proto: gopher")).toBe("http://a.example/token");
  });

  it("is on no host that another header names", async () => {
    const headers = ["X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"];
    expect(await realmFor("Host: a.example", ...headers)).toBe("http://a.example/token");
  });

  it.each(['a"b', "a b", "a/b", "user@a", "a,b", "a\\b", "a:b", "ä.example", ""])(
    "is not made of what is no host: %s",
    async (host) => {
      expect(await realmFor(`Host: ${host}`)).toBe("HTTP/1.1 400 Bad Request");
    },
  );

  it("is what the operator says, whatever the client does", async () => {
    const response = await fixed.fetch("/v2/");
    expect(response.headers.get("www-authenticate")).toContain('realm="https://registry.example.com/token"');
  });
});
