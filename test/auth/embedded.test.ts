import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSettings } from "../../local/read-settings.ts";
import { type Serving, start } from "../../local/start.ts";
import { pushBlob, pushManifest } from "../spec/support/client.ts";
import { content, image } from "../spec/support/content.ts";
import { collectDefects } from "../support/defects.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { form } from "./support/token-server.ts";

/** The registry as `berth serve --policy` has it: its own people, robots, keys and tokens, on disk. */
const POLICY = `version: 1
groups:
  builders: [robot:ci]
rules:
  - { who: user:admin, may: [pull, push, delete, admin], on: "**" }
  - { who: "group:builders", may: [pull, push], on: "shop/**" }
  - { who: user:ada, may: pull, on: shop/a }
  - { who: anonymous, may: pull, on: "public/*" }
`;
const IMAGE = image({ config: content("{}") });
const defects = collectDefects();
let berth: Serving;
let admin = "";
let remove: () => Promise<void>;

beforeAll(async () => {
  const folder = await temporaryFolder();
  remove = folder.remove;
  const policy = join(folder.path, "policy.yaml");
  await writeFile(policy, POLICY);
  const flags = { policy, port: "0", data: join(folder.path, "data") };
  berth = await start(readSettings({ flags, variables: {} }), { host: "127.0.0.1", log: defects.log });
  const { audience } = berth;
  if (audience.kind === "everyone" || audience.firstAdmin === "exists") throw new Error("no administrator");
  admin = audience.firstAdmin.secret;
  for (const repo of ["shop/a", "shop/b", "public/x"]) {
    await pushBlob(asAdmin, repo, content("{}"));
    await pushManifest(asAdmin, repo, IMAGE, "v1");
  }
});
afterAll(async () => {
  await berth.stop(1000);
  await remove();
  defects.check();
});

type Headers = Readonly<Record<string, string>>;
const basic = (name: string, secret: string): Headers => ({
  Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`,
});
const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });
const ask = (path: string, init: RequestInit = {}, headers: Headers = {}) =>
  fetch(new URL(path, berth.url), { ...init, headers: { ...(init.headers as Headers), ...headers } });
const asAdmin = { fetch: (path: string, init?: RequestInit) => ask(path, init, basic("admin", admin)) };

async function administer<Told>(method: string, path: string, body?: unknown): Promise<Told> {
  const response = await asAdmin.fetch(`/v2/_berth/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return (response.status === 204 ? undefined : await response.json()) as Told;
}

interface Key {
  readonly id: string;
  readonly secret: string;
}
const keyFor = (owner: string, name: string, limits?: unknown) =>
  administer<Key>("POST", "keys", { owner, name, ...(limits !== undefined && { limits }) });

interface Answer {
  readonly token: string;
  readonly scope?: string;
  readonly refresh_token?: string;
}
const logIn = async (username: string, password: string, scope: string): Promise<Answer> => {
  const login = { grant_type: "password", username, password, scope, access_type: "offline" };
  return (await (await ask("/token", form(login))).json()) as Answer;
};

describe("a robot of the embedded registry", () => {
  it("may do with its access key what the policy and the key both allow", async () => {
    await administer("POST", "robots", { name: "ci" });
    const limits = [{ repositories: "shop/a", actions: ["pull", "push"], tags: ["v*"] }];
    const { secret } = await keyFor("robot:ci", "deploy", limits);
    const { token, scope } = await logIn(
      "ci",
      secret,
      "repository:shop/a:pull,push,delete repository:shop/b:pull",
    );
    expect(scope).toBe("repository:shop/a:pull,push");
    const put = (path: string, headers: Headers) =>
      ask(
        path,
        { method: "PUT", body: IMAGE.bytes.toString(), headers: { "Content-Type": IMAGE.mediaType } },
        headers,
      );
    for (const headers of [bearer(token), basic("ci", secret)]) {
      expect((await put("/v2/shop/a/manifests/v2", headers)).status).toBe(201);
      expect((await put("/v2/shop/a/manifests/latest", headers)).status).toBe(403);
      expect((await ask("/v2/shop/b/manifests/v1", {}, headers)).status).toBe(403);
      expect((await ask("/v2/shop/a/manifests/v1", { method: "DELETE" }, headers)).status).toBe(403);
    }
    const tags = (await (await ask("/v2/shop/a/tags/list", {}, bearer(token))).json()) as { tags: string[] };
    expect(tags.tags).toEqual(["v1", "v2"]);
  });
});

describe("a person of the embedded registry", () => {
  it("is refused a new token as soon as the key is revoked that they logged in with", async () => {
    await administer("POST", "people", { name: "ada" });
    const { id, secret } = await keyFor("user:ada", "laptop");
    const { refresh_token = "" } = await logIn("ada", secret, "repository:shop/a:pull");
    const refresh = { grant_type: "refresh_token", refresh_token, scope: "repository:shop/a:pull,push" };
    const renewed = (await (await ask("/token", form(refresh))).json()) as Answer;
    expect(renewed.scope).toBe("repository:shop/a:pull");
    expect((await ask("/v2/shop/a/manifests/v1", {}, bearer(renewed.token))).status).toBe(200);
    await administer("DELETE", `keys/${id}`);
    expect((await ask("/token", form(refresh))).status).toBe(401);
  });

  it("may do at once what a new policy allows, in a new token", async () => {
    const { secret } = await keyFor("user:ada", "second");
    const scope = "repository:shop/b:pull";
    expect((await logIn("ada", secret, scope)).scope).toBe("");
    await administer("PUT", "policy", { policy: POLICY.replace("on: shop/a }", "on: shop/* }") });
    expect((await logIn("ada", secret, scope)).scope).toBe(scope);
    await administer("DELETE", "policy");
    expect((await logIn("ada", secret, scope)).scope).toBe("");
  });

  it("administers nothing without the right to", async () => {
    const { secret } = await keyFor("user:ada", "third");
    const answers = [
      await ask("/v2/_berth/people", {}, basic("ada", secret)),
      await ask("/v2/_berth/policy", { method: "DELETE" }, basic("ada", secret)),
      await ask("/v2/_berth/people", {}, bearer((await logIn("ada", secret, "registry:berth:admin")).token)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect((await ask("/v2/_berth/people")).status).toBe(401);
  });
});

describe("nobody in particular", () => {
  it("may pull what the policy leaves to everyone, and learns of nothing else", async () => {
    const tokenFor = async (scope: string) =>
      ((await (await ask(`/token?scope=${scope}`)).json()) as Answer).token;
    const open = bearer(await tokenFor("repository:public/x:pull,push"));
    expect((await ask("/v2/public/x/manifests/v1", {}, open)).status).toBe(200);
    expect((await ask("/v2/public/x/blobs/uploads/", { method: "POST" }, open)).status).toBe(401);
    for (const repo of ["shop/a", "shop/never"]) {
      const closed = bearer(await tokenFor(`repository:${repo}:pull`));
      expect((await ask(`/v2/${repo}/manifests/v1`, {}, closed)).status).toBe(401);
    }
    const catalog = await ask("/v2/_catalog", {}, bearer(await tokenFor("registry:catalog:*")));
    expect(await catalog.json()).toEqual({ repositories: ["public/x"] });
  });
});

describe("the catalog of who may pull very many repositories by name", () => {
  it("is complete by Basic, and by a token what it has room for, which it says", async () => {
    const names = Array.from({ length: 300 }, (_, at) => `shop/service-${at}`);
    const rule = `  - { who: user:ada, may: pull, on: ["public/*", ${[...names, "shop/a", "shop/b"].join(", ")}] }\n`;
    await administer("PUT", "policy", { policy: POLICY + rule });
    const { secret } = await keyFor("user:ada", "lister");
    const { token } = await logIn("ada", secret, "registry:catalog:*");
    expect(token.length).toBeLessThan(4096);
    const byToken = await ask("/v2/_catalog", {}, bearer(token));
    expect(await byToken.json()).toEqual({ repositories: ["public/x", "shop/a"] });
    expect(byToken.headers.get("Warning")).toMatch(/^299 - "the list is not complete: a token has no room/);
    const byKey = await ask("/v2/_catalog", {}, basic("ada", secret));
    expect(await byKey.json()).toEqual({ repositories: ["public/x", "shop/a", "shop/b"] });
    expect(byKey.headers.get("Warning")).toBeNull();
    await administer("DELETE", "policy");
  });
});
