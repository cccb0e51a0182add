import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { signLogin } from "../../local/credential-helper/sign-login.ts";
import { REGISTRY, ROLE } from "./support/aws.ts";
import { DISCOVERY, issuer, pagesOf, type SigningKey, signingKey } from "./support/issuer.ts";
import { vouchedRegistry } from "./support/vouched-registry.ts";

const ci = issuer();
const away = issuer();
const berth = vouchedRegistry({
  registries: [REGISTRY],
  accounts: [ROLE],
  policy: () => `
version: 1
issuers:
  ci: { url: "${ci.url}", audience: ${REGISTRY} }
  away: { url: "${away.url}", audience: ${REGISTRY} }
rules:
  - who: { issuer: ci, claims: { repository: shop/api, ref: refs/heads/main } }
    may: [pull, push]
    on: shop/api
  - who: { issuer: ci, claims: { repository: shop/* } }
    may: pull
    on: shop/**
  - who: { aws: "arn:aws:iam::111122223333:role/Deployer" }
    may: [pull, push]
    on: deploy/**
`,
});

let key: SigningKey;
beforeAll(async () => {
  key = await signingKey("one");
  ci.pages = pagesOf(ci.url, [key.publicJwk]);
});

const idToken = (changes: object = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  return key.sign({
    iss: ci.url,
    aud: REGISTRY,
    sub: "repo:shop/api:ref:refs/heads/main",
    repository: "shop/api",
    ref: "refs/heads/main",
    iat: now,
    exp: now + 300,
    ...changes,
  });
};
const basic = (name: string, secret: string) =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;
const askToken = (authorization: string, scope: string) =>
  berth.fetch(`/token?service=berth-test&scope=${scope}`, authorization);

/** A token as docker gets it: with what it logged in with, for one repository. */
async function tokenFor(authorization: string, repository: string): Promise<string> {
  const response = await askToken(authorization, `repository:${repository}:pull,push`);
  expect(response.status).toBe(200);
  return `Bearer ${((await response.json()) as { token: string }).token}`;
}
/** The status of pushing one blob. */
async function push(authorization: string, repository: string): Promise<number> {
  const blob = "a layer";
  const digest = `sha256:${createHash("sha256").update(blob).digest("hex")}`;
  const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`;
  return (await berth.fetch(path, authorization, { method: "POST", body: blob })).status;
}
const list = async (authorization: string, repository: string): Promise<number> =>
  (await berth.fetch(`/v2/${repository}/tags/list`, authorization)).status;

describe("a CI job with an ID token", () => {
  it("pushes where its claims allow that, with a token and by Basic", async () => {
    const login = basic("oidc", await idToken());
    expect(await push(await tokenFor(login, "shop/api"), "shop/api")).toBe(201);
    expect(await push(login, "shop/api")).toBe(201);
  });

  it("pulls and does not push where its claims allow just that", async () => {
    const login = basic("oidc", await idToken());
    const token = await tokenFor(login, "shop/web");
    expect(await push(token, "shop/web")).toBe(403);
    expect(await list(token, "shop/web")).toBe(404);
  });

  it("does nothing where its claims allow nothing", async () => {
    const login = basic("oidc", await idToken({ repository: "evil/api" }));
    const token = await tokenFor(login, "shop/api");
    expect([await push(token, "shop/api"), await list(token, "shop/api")]).toEqual([403, 403]);
  });

  it("does not push from another branch", async () => {
    const login = basic("oidc", await idToken({ ref: "refs/heads/evil" }));
    expect(await push(await tokenFor(login, "shop/api"), "shop/api")).toBe(403);
  });

  it.each([
    ["of another audience", { aud: "sts.amazonaws.com" }],
    ["of another issuer", { iss: "https://issuer.example" }],
    ["that has expired", { exp: Math.floor(Date.now() / 1000) - 60 }],
  ])("is refused with a token %s, and nothing of it is told or logged", async (_, changes) => {
    const token = await idToken(changes);
    const refused = await askToken(basic("oidc", token), "repository:shop/api:pull");
    expect(refused.status).toBe(401);
    const said = `${await refused.text()}${JSON.stringify([...refused.headers])}${berth.failures.join()}`;
    expect(said).not.toContain(token.slice(0, 40));
    expect(said).not.toContain(token.slice(-40));
    expect(await push(basic("oidc", token), "shop/api")).toBe(401);
  });

  it("hears that its issuer can't be asked, and may try again", async () => {
    const refused = await askToken(
      basic("oidc", await idToken({ iss: away.url })),
      "repository:shop/api:pull",
    );
    expect(refused.status).toBe(503);
    expect(refused.headers.get("Retry-After")).toMatch(/^\d+$/);
    expect(await refused.json()).toMatchObject({
      errors: [{ detail: { reason: expect.stringMatching(/^the issuer away can't be asked: .* 404/) } }],
    });
    expect(away.asked).toEqual([DISCOVERY]);
  });
});

describe("whoever has AWS credentials", () => {
  const login = async (registry = REGISTRY) =>
    basic("aws", await signLogin({ credentials: ROLE, region: "eu-central-1" }, registry, Date.now()));

  it("pushes where their role may", async () => {
    const secret = await login();
    expect(await push(await tokenFor(secret, "deploy/app"), "deploy/app")).toBe(201);
    expect(await push(await tokenFor(secret, "shop/api"), "shop/api")).toBe(403);
  });

  it("is refused with what they signed for another registry", async () => {
    const refused = await askToken(await login("evil.example"), "repository:deploy/app:pull");
    expect(refused.status).toBe(401);
    expect(berth.failures.at(-1)).toBe("the request was signed for another registry");
  });

  it("is refused with a name that is not the request's", async () => {
    const [, secret = ""] = Buffer.from((await login()).slice(6), "base64")
      .toString()
      .split(/:(.*)/s);
    for (const name of ["oidc", "ada", "AWS", ""]) {
      expect((await askToken(basic(name, secret), "repository:deploy/app:pull")).status).toBe(401);
    }
  });
});
