import { describe, expect, it } from "vitest";
import { digestOf, manifestOf } from "./support/client.ts";
import { basic, guardedStack, type Login } from "./support/guarded-stack.ts";

/** A stack with a policy: who is known how, and what for, behind the API and behind the edge. */

const stack = guardedStack({ heads: "web-function" });
const config = Buffer.from("{}");
const manifest = manifestOf([config]);
const TAGS = "/v2/team/app/tags/list";

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  stack.client.fetch(path, { headers });

async function tokenOf(login: Login | undefined, ...scopes: readonly string[]): Promise<string> {
  const query = scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join("&");
  const answer = await get(`/token?service=berth&${query}`, login && basic(login));
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { readonly token: string }).token;
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function pushAs(login: Login, repository: string): Promise<number> {
  const headers = bearer(await tokenOf(login, `repository:${repository}:pull,push`));
  const begun = await stack.client.fetch(`/v2/${repository}/blobs/uploads/`, { method: "POST", headers });
  if (begun.status !== 202) return begun.status;
  const location = new URL(begun.headers.get("location") ?? "", stack.client.url);
  location.searchParams.set("digest", digestOf(config));
  const put = await stack.client.fetch(location.href, { method: "PUT", body: config });
  expect(put.status).toBe(201);
  const path = `/v2/${repository}/manifests/1`;
  const type = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
  const pushed = await stack.client.fetch(path, {
    method: "PUT",
    headers: { ...headers, ...type },
    body: manifest,
  });
  return pushed.status;
}

describe("without credentials", () => {
  it.each(["/v2/", TAGS, "/v2/a/b/c/d/e/f/g/h/i/tags/list", "/v2/_catalog", "/v2/_berth/people"])(
    "401 with a challenge that names the realm at the client's host: %s",
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(401);
      const realm = `${new URL(stack.client.url).origin}/token`;
      expect(answer.headers.get("www-authenticate")).toContain(
        `Bearer realm="${realm}",service="berth-main-local"`,
      );
    },
  );

  it("names the edge's host behind the edge, where HEAD is answered by a program of its own", async () => {
    const edge = await stack.serveEdge({});
    for (const method of ["GET", "HEAD"]) {
      const answer = await edge.fetch("/v2/team/app/manifests/1", { method });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain(`realm="${new URL(edge.url).origin}/token"`);
    }
  });
});

describe("people and robots", () => {
  it("push and pull with tokens as far as the policy lets them", async () => {
    expect(await pushAs(stack.ada, "team/app")).toBe(201);
    expect(await pushAs(stack.ada, "team/d/e/e/p/e/r/s/t")).toBe(201);
    expect(await pushAs(stack.ada, "other/app")).toBe(403);
    expect(await pushAs(stack.reader, "team/app")).toBe(403);
    const reader = bearer(await tokenOf(stack.reader, "repository:team/app:pull"));
    expect((await get(TAGS, reader)).status).toBe(200);
    expect((await get("/v2/team/application/tags/list", reader)).status).toBe(401);
    const { fetch: atEdge } = await stack.serveEdge({});
    const head = await atEdge("/v2/team/app/manifests/1", { method: "HEAD", headers: reader });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(manifest.length)]);
  });

  it("are known by Basic everywhere, too, by what the token function says", async () => {
    const head = await stack
      .serveEdge({})
      .then((edge) =>
        edge.fetch("/v2/team/app/manifests/1", { method: "HEAD", headers: basic(stack.reader) }),
      );
    expect(head.status).toBe(200);
    expect((await get("/v2/", basic(stack.reader))).status).toBe(200);
    expect((await get(TAGS, basic(stack.reader))).status).toBe(200);
    expect((await get(TAGS, basic({ ...stack.reader, secret: stack.ada.secret }))).status).toBe(401);
    expect((await get("/v2/team/app/blobs/uploads/", basic(stack.reader))).status).not.toBe(200);
    expect((await get("/v2/_catalog", basic(stack.reader))).status).toBe(200);
  });

  it("administer where the policy says so, and nowhere else", async () => {
    expect((await get("/v2/_berth/people", basic(stack.admin))).status).toBe(200);
    expect((await get("/v2/_berth/people", basic(stack.ada))).status).toBe(403);
    const policy = await get("/v2/_berth/policy", basic(stack.admin));
    expect(await policy.json()).toMatchObject({ source: "file" });
  });

  it("whoever is anonymous may do what a rule lets everyone", async () => {
    expect(await pushAs(stack.admin, "public/app")).toBe(201);
    const anonymous = bearer(await tokenOf(undefined, "repository:public/app:pull"));
    expect((await get("/v2/public/app/tags/list", anonymous)).status).toBe(200);
  });
});

describe("tokens that are none of ours", () => {
  it("are refused, whatever is wrong with them, and nothing is told", async () => {
    const genuine = await tokenOf(stack.ada, "repository:team/app:pull,push");
    const [head = "", body = "", signature = ""] = genuine.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = [
      `${head}.${encoded({ ...claims, exp: 4_000_000_000 })}.${signature}`,
      `${encoded({ alg: "none", typ: "berth-access+jwt" })}.${body}.`,
      `${head}.${body}.${Buffer.alloc(64).toString("base64url")}`,
      `${head}.${body}`,
      "5ec7e7",
    ];
    expect((await get(TAGS, bearer(genuine))).status).toBe(200);
    for (const token of forged) {
      const answer = await get(TAGS, bearer(token));
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
    }
  });

  it("appear in no log, and neither do secrets", async () => {
    await tokenOf(stack.ada, "repository:team/app:pull");
    expect(stack.log()).not.toContain(stack.ada.secret);
    expect(stack.log()).not.toContain("eyJ");
    expect(stack.log()).toContain("user:ada");
  });
});

describe("the keys of tokens", () => {
  it("sign in the token function alone", () => {
    const { functions, webFunctions, signingKeys } = stack.stand.plan;
    const signers = [...functions, ...webFunctions].flatMap(({ logicalId, statements }) =>
      statements
        .filter(({ actions }) => actions.includes("kms:Sign"))
        .map(({ resources }) => [logicalId, resources.toSorted()]),
    );
    expect(signers).toEqual([[expect.stringMatching(/^tokenFunction/), signingKeys.toSorted()]]);
  });

  it("come to a function once, and no pull reads identities or policy", async () => {
    const used = [...stack.stand.used];
    const readers = used.filter((what) =>
      /^(?:manifests|blobs|tags|referrers|uploads|push|deep|base)/.test(what),
    );
    expect(readers.some((what) => what.includes("kms:GetPublicKey"))).toBe(true);
    expect(readers.filter((what) => what.includes("kms:Sign"))).toEqual([]);
  });
});
