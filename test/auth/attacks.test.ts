import { describe, expect, it } from "vitest";
import { converse } from "../support/raw-client.ts";
import { DELETE, IMAGE, PUSH, READ, SECRET_BLOB, target } from "./support/attempts.ts";
import { form } from "./support/token-server.ts";

const berth = target();
const REFUSED = ["401 untouched"];

/** Everything that can be tried with a repository. */
const all = (repo: string) => [
  { path: `/v2/${repo}/manifests/v1` },
  { path: `/v2/${repo}/tags/list` },
  { path: `/v2/${repo}/blobs/${SECRET_BLOB.digest}` },
  { path: `/v2/${repo}/referrers/${SECRET_BLOB.digest}` },
  { path: `/v2/${repo}/blobs/uploads/`, method: "POST" },
  { path: `/v2/${repo}/blobs/uploads/?mount=${SECRET_BLOB.digest}&from=shop/a`, method: "POST" },
  { path: `/v2/${repo}/manifests/v1`, method: "PUT", body: "{}" },
  { path: `/v2/${repo}/manifests/v1`, method: "DELETE" },
  { path: `/v2/${repo}/blobs/${SECRET_BLOB.digest}`, method: "DELETE" },
];

describe("a genuine token", () => {
  it.each(["shop/ab", "shop/a/b", "shop", "other", "a"])("for shop/a opens nothing in %s", async (repo) => {
    const token = await berth.tokenFor("ada", "repository:shop/a:pull,push,delete");
    expect(await berth.outcomes(all(repo), { token })).toEqual(REFUSED);
  });

  it("to pull pushes nothing and deletes nothing", async () => {
    const token = await berth.tokenFor("ada", "repository:shop/a:pull");
    const [, , , , ...writes] = all("shop/a");
    expect(await berth.outcomes(writes, { token })).toEqual(REFUSED);
    expect(await berth.outcomes([READ], { token })).toEqual(["200 touched"]);
  });

  it("to push deletes nothing", async () => {
    const token = await berth.tokenFor("ada", "repository:shop/a:pull,push");
    const blob = { path: `/v2/shop/a/blobs/${SECRET_BLOB.digest}`, method: "DELETE" };
    expect(await berth.outcomes([DELETE, blob], { token })).toEqual(REFUSED);
    expect(await berth.outcomes([PUSH], { token })).toEqual(["202 touched"]);
  });

  it("limited to tags moves no other tag, neither by its name nor by the parameter", async () => {
    const token = await berth.tokenFor("tag", "repository:shop/a:pull,push");
    const put = (reference: string) => ({
      path: `/v2/shop/a/manifests/${reference}`,
      method: "PUT",
      body: "{}",
    });
    const others = [put("latest"), put(`${IMAGE.digest}?tag=v2&tag=latest`)];
    expect(await berth.outcomes(others, { token })).toEqual(["403 untouched"]);
  });

  it("lists no catalog that it was not asked for", async () => {
    const token = await berth.tokenFor("ada", "repository:shop/a:*");
    expect(await berth.outcomes([{ path: "/v2/_catalog" }], { token })).toEqual(REFUSED);
  });

  it("tells who has no rights the same of a repository that is there as of one that is not", async () => {
    const refusalsIn = async (repo: string) => {
      const token = await berth.tokenFor("ben", `repository:${repo}:pull,push,delete`);
      expect(await berth.outcomes(all(repo), { token })).toEqual(["403 untouched"]);
      const answers = all(repo).map(async ({ path, ...init }) =>
        (await berth.fetch(path, init, { token })).text(),
      );
      return (await Promise.all(answers)).map((text) => text.replaceAll(repo, "REPO"));
    };
    expect(await refusalsIn("other")).toEqual(await refusalsIn("never"));
  });
});

describe("a scope with an odd name", () => {
  it.each([
    "repository:*:pull",
    "repository:**:pull,push,delete",
    "repository:shop/*:pull",
    "repository:shop/a,shop/b:pull",
    'repository:shop/a","actions":["*"]:pull',
    "repository:shop/a/../../other:pull",
    "repository:shop/a%2Fb:pull",
    "repository:shop/a\u0000:pull",
    "registry:catalog:*,registry:berth:admin",
    "repository:shop/a:pull,push,delete,admin,*)(",
    "(repository):shop/a:pull",
    "*:*:*",
  ])("opens no more than ben's rights: %s", async (scope) => {
    const token = await berth.tokenFor("ben", scope);
    const tried = [...all("shop/ab"), ...all("shop/a/b"), ...all("other"), DELETE, { path: "/v2/_catalog" }];
    for (const outcome of await berth.outcomes(tried, { token })) {
      expect(["401 untouched", "403 untouched"]).toContain(outcome);
    }
  });
});

describe("a path that goes around the check", () => {
  it.each([
    "/v2/shop/a/../ab/manifests/v1",
    "/v2/shop/a/%2e%2e/ab/manifests/v1",
    "/v2/shop%2Fab/manifests/v1",
    "/v2//shop/ab/manifests/v1",
    "/v2/shop/a/manifests/v1/../../../ab/manifests/v1",
    "/V2/shop/ab/manifests/v1",
    "/token/../v2/shop/ab/manifests/v1",
    "/v2/shop/ab/manifests/v1?scope=repository:shop/ab:pull",
    "http://127.0.0.1/v2/shop/ab/manifests/v1",
  ])("is refused: %s", async (path) => {
    const token = await berth.tokenFor("ada", "repository:shop/a:pull");
    const before = berth.touched();
    const lines = [`GET ${path} HTTP/1.1`, "Host: a", `Authorization: Bearer ${token}`, "Connection: close"];
    expect(await converse(berth.port, [...lines, "", ""].join("\r\n"))).toMatch(/^HTTP\/1.1 40[014] /);
    expect(berth.touched()).toBe(before);
  });
});

describe("credentials", () => {
  it.each([
    "",
    "Basic",
    "Bearer",
    "Basic ====",
    "Bearer ,",
    "Negotiate abc",
    "Basic Og==",
    `Bearer ${"a".repeat(12_000)}`,
    `Basic ${"a".repeat(12_000)}`,
  ])("of any length and form are refused: %.20s", async (value) => {
    const lines = ["GET /v2/ HTTP/1.1", "Host: a", `Authorization: ${value}`, "Connection: close", "", ""];
    expect(await converse(berth.port, lines.join("\r\n"))).toMatch(/^HTTP\/1.1 401 /);
  });

  it("that are longer than all headers may be are refused before they are read", async () => {
    const headers = { Authorization: `Bearer ${"a".repeat(20_000)}` };
    expect((await berth.fetch("/v2/", { headers })).status).toBe(431);
  });

  it("are in no log and no error", async () => {
    const secret = "correct-horse-battery";
    const token = await berth.tokenFor("ben", "repository:shop/a:pull");
    const basic = Buffer.from(`ben:${secret}`).toString("base64");
    const headers = { Authorization: `Basic ${basic}` };
    const answers = [
      await berth.fetch("/v2/", { headers }),
      await berth.fetch("/token", { headers }),
      await berth.fetch("/token", form({ grant_type: "password", username: "ben", password: secret })),
      await berth.fetch("/token", form({ grant_type: "refresh_token", refresh_token: secret })),
      await berth.fetch(`/token?password=${secret}`, { headers }),
      await berth.fetch("/v2/other/tags/list", {}, { token }),
      await berth.fetch("/v2/", {}, { token: `${token}x` }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(401));
    const told = await Promise.all(
      answers.map(async (answer) => `${JSON.stringify([...answer.headers])} ${await answer.text()}`),
    );
    expect(berth.logged()).toContain("/token");
    for (const hidden of [secret, basic, token, token.split(".")[2] ?? token]) {
      expect(told.join("\n")).not.toContain(hidden);
      expect(berth.logged()).not.toContain(hidden);
    }
  });

  it.each(["http://ben:s3cr3t@berth.test", "ftp://ben:s3cr3t@berth.test", "HTTPS://s3cr3t@berth.test:5000"])(
    "before the host of a target are in no log: %s",
    async (origin) => {
      const line = `GET ${origin}/v2/shop/a/tags/list?n=1 HTTP/1.1`;
      const answer = await converse(berth.port, `${line}\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 401 /);
      expect(answer).not.toContain("s3cr3t");
      expect(berth.logged()).toContain('"/v2/shop/a/tags/list"');
      expect(berth.logged()).not.toContain("s3cr3t");
    },
  );
});
