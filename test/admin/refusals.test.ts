import { beforeAll, describe, expect, it } from "vitest";
import { send } from "../spec/support/raw.ts";
import { type Asked, administered, refusal } from "./support.ts";

const berth = administered();
const { ask } = berth;
const PASSWORD = "a password of ada";
const registry = () => ({ port: Number(new URL(berth.url).port) });
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

beforeAll(async () => {
  await ask("/v2/_berth/people", { method: "POST", body: { name: "ada" } });
  await ask("/v2/_berth/people/ada/password", { method: "PUT", body: { password: PASSWORD } });
});

/** Everything that the administration has. */
const state = async () =>
  Promise.all(
    ["people", "robots", "keys", "policy"].map(async (each) => (await ask(`/v2/_berth/${each}`)).body),
  );

const CALLS: readonly [method: string, path: string, body?: unknown][] = [
  ["GET", "people"],
  ["POST", "people", { name: "eve" }],
  ["GET", "people/ada"],
  ["DELETE", "people/ada"],
  ["PUT", "people/ada/password", { password: "another password" }],
  ["DELETE", "people/ada/password"],
  ["GET", "robots"],
  ["POST", "robots", { name: "eve" }],
  ["DELETE", "robots/ada"],
  ["GET", "keys"],
  ["POST", "keys", { owner: "user:ada", name: "mine" }],
  ["GET", "keys/0123456789abcdef"],
  ["DELETE", "keys/0123456789abcdef"],
  ["POST", "keys/0123456789abcdef/rotate", { overlap: 0 }],
  ["GET", "policy"],
  ["PUT", "policy", { policy: "version: 1\nrules: []\n", force: true }],
  ["DELETE", "policy?force=true"],
];

describe("whoever may not administer", () => {
  it.each(CALLS)(
    "%s %s: hears 401 without credentials and with wrong ones, 403 with others, and changes nothing",
    async (method, path, body) => {
      const before = await state();
      const asked = (as: Asked["as"]) =>
        ask(`/v2/_berth/${path}`, { method, ...(body !== undefined && { body }), as });
      const unknown = await asked(null);
      expect(refusal(unknown)).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
      expect(unknown.headers.get("WWW-Authenticate")).toMatch(/^Basic/);
      for (const as of ["admin:wrong", `admin:${PASSWORD}`, "nobody:nothing", ":"]) {
        expect(refusal(await asked(as))).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
      }
      expect(refusal(await asked(`ada:${PASSWORD}`))).toEqual({
        status: 403,
        code: "DENIED",
        detail: { caller: "user:ada" },
      });
      expect(await state()).toEqual(before);
    },
  );

  it("can't get around that by another form of the path, which goes out as it is", async () => {
    const odd = [
      "/v2/_berth",
      "/v2/_berth/",
      "/v2/%5fberth/people/ada",
      "/v2//_berth/people/ada",
      "/v2/_berth//people/ada",
      "/v2/_berth/people/ada/",
      "/v2/_berth/./people/ada",
      "/v2/_berth/../_berth/people/ada",
      "/v2/x/../_berth/people/ada",
      "/v2/x/%2e%2e/_berth/people/ada",
      "/V2/_berth/people/ada",
      "/v2/_berth/people%2fada%2fpassword%2f",
      "/v2/_berth/%",
      "/v2/_BERTH/people/ada",
      "/v2/_berth/people/ada?x=/v2/",
      "/v2/_berth/people/manifests/latest",
    ];
    const before = await state();
    for (const shown of [undefined, `ada:${PASSWORD}`]) {
      const headers: Record<string, string> = shown ? { Authorization: basic(shown) } : {};
      for (const path of odd) {
        for (const method of ["GET", "DELETE"]) {
          const { status, text } = await send(registry(), { method, path, headers });
          const isRefused = [400, 401, 403, 404, 405].includes(status) && !text.includes("created");
          expect({ shown, method, path, status, isRefused }).toMatchObject({ isRefused: true });
        }
      }
    }
    expect(await state()).toEqual(before);
  });
});

describe("a request that is not what an endpoint takes", () => {
  const invalid: readonly [path: string, body: unknown, field: string][] = [
    ["people", { name: "Ada" }, "name"],
    ["people", { name: "" }, "name"],
    ["people", { name: "a:b" }, "name"],
    ["people", { name: "a/b" }, "name"],
    ["people", { name: "a#b" }, "name"],
    ["people", { name: 7 }, "name"],
    ["people", { name: ["eve"] }, "name"],
    ["people", { name: "x".repeat(101) }, "name"],
    ["people", {}, "name"],
    ["people", { name: "eve", admin: true }, "admin"],
    ["people", '{"name":"eve","__proto__":{}}', "__proto__"],
    ["people", [], "body"],
    ["people", "null", "body"],
    ["people", "{", "body"],
    ["people", '{"name":"eve"} x', "body"],
    ["people/ada/password", { password: "short" }, "password"],
    ["people/ada/password", { password: "x".repeat(257) }, "password"],
    ["people/ada/password", { password: "berth_as a key begins" }, "password"],
    ["keys", { owner: "ada", name: "x" }, "owner"],
    ["keys", { owner: "group:ada", name: "x" }, "owner"],
    ["keys", { owner: "user:", name: "x" }, "owner"],
    ["keys", { owner: "user:ada", name: "x", lifetime: -1 }, "lifetime"],
    ["keys", { owner: "user:ada", name: "x", lifetime: 1e300 }, "lifetime"],
    ["keys", { owner: "user:ada", name: "x", lifetime: "90d" }, "lifetime"],
    ["keys", { owner: "user:ada", name: "x", lifetime: null }, "lifetime"],
    ["keys", { owner: "user:ada", name: "x", limits: [] }, "limits"],
    ["keys", { owner: "user:ada", name: "x", limits: {} }, "limits"],
    [
      "keys",
      { owner: "user:ada", name: "x", limits: [{ repositories: "a", actions: [] }] },
      "limits[0].actions",
    ],
    [
      "keys",
      { owner: "user:ada", name: "x", limits: [{ repositories: "a", actions: ["pul"] }] },
      "limits[0].actions[0]",
    ],
    [
      "keys",
      { owner: "user:ada", name: "x", limits: [{ repositories: "A B", actions: ["pull"] }] },
      "limits[0].repositories",
    ],
    [
      "keys",
      { owner: "user:ada", name: "x", limits: [{ repositories: "a\nb", actions: ["pull"] }] },
      "limits[0].repositories",
    ],
    [
      "keys",
      { owner: "user:ada", name: "x", limits: [{ repositories: "a", actions: ["push"], tags: ["!"] }] },
      "limits[0].tags[0]",
    ],
    [
      "keys",
      { owner: "user:ada", name: "x", limits: [{ repositories: "a", actions: ["pull"], more: 1 }] },
      "limits[0].more",
    ],
    ["keys/0123456789abcdef/rotate", {}, "overlap"],
    ["keys/0123456789abcdef/rotate", { overlap: 0.5 }, "overlap"],
  ];
  it.each(invalid)(
    "%s with %j is refused by the name of %s, and changes nothing",
    async (path, body, field) => {
      const before = await state();
      const method = path.endsWith("password") ? "PUT" : "POST";
      const told = await ask(`/v2/_berth/${path}`, { method, body });
      expect(refusal(told)).toEqual({
        status: 400,
        code: "REQUEST_INVALID",
        detail: { field, reason: expect.any(String) },
      });
      expect(await state()).toEqual(before);
    },
  );

  it("is refused where it is too large, or is not said to be JSON", async () => {
    const method = "POST";
    const large = JSON.stringify({ name: "x".repeat(70_000) });
    expect(refusal(await ask("/v2/_berth/people", { method, body: large }))).toMatchObject({
      status: 413,
      code: "REQUEST_INVALID",
    });
    const headers = { "Content-Type": "text/plain" };
    const told = await ask("/v2/_berth/people", { method, body: '{"name":"eve"}', headers });
    expect(refusal(told)).toMatchObject({
      status: 400,
      code: "REQUEST_INVALID",
      detail: { field: "Content-Type" },
    });
    expect((await ask("/v2/_berth/people/eve")).status).toBe(404);
  });

  it("hears what methods there are, and 404 where there is nothing", async () => {
    const wrong = await ask("/v2/_berth/people", { method: "DELETE" });
    expect([wrong.status, wrong.headers.get("Allow")]).toEqual([405, "GET, POST, HEAD"]);
    expect(refusal(await ask("/v2/_berth/groups"))).toMatchObject({ status: 404, code: "UNSUPPORTED" });
    expect(refusal(await ask("/v2/_berth/people/NOBODY"))).toMatchObject({
      status: 404,
      code: "ACCOUNT_UNKNOWN",
    });
    expect(refusal(await ask("/v2/_berth/keys/..%2f"))).toMatchObject({ status: 404, code: "UNSUPPORTED" });
    expect(refusal(await ask("/v2/_berth/keys/x"))).toMatchObject({
      status: 404,
      code: "ACCESS_KEY_UNKNOWN",
    });
  });
});

describe("what is beside the administration", () => {
  it("goes on as it is", async () => {
    expect((await ask("/v2/")).status).toBe(200);
    expect((await ask("/v2/_catalog")).body).toEqual({ repositories: [] });
    expect((await ask("/v2/", { as: null })).status).toBe(401);
  });
});
