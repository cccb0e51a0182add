import { createHmac } from "node:crypto";
import type { JWTPayload } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { issuer, KEYS, pagesOf, type SigningKey, signingKey } from "./support/issuer.ts";
import { type OidcLogin, oidcLogin } from "./support/oidc.ts";

const AUDIENCE = "registry.example.com";
const MINUTE = 60;

const ci = issuer();
let key: SigningKey;
let other: SigningKey;
let oidc: OidcLogin;
let now: number;
beforeAll(async () => {
  [key, other] = await Promise.all([signingKey("one"), signingKey("one")]);
});
beforeEach(() => {
  ci.pages = pagesOf(ci.url, [key.publicJwk]);
  oidc = oidcLogin([{ name: "ci", issuer: ci.url, audience: [AUDIENCE] }]);
  now = Math.floor(oidc.clock.now() / 1000);
});

const claims = (changes: JWTPayload = {}): JWTPayload => ({
  iss: ci.url,
  aud: AUDIENCE,
  sub: "repo:shop/api:ref:refs/heads/main",
  iat: now,
  nbf: now,
  exp: now + 5 * MINUTE,
  ...changes,
});
/** Signed with what both sides would have to know. */
function withSecret(payload: JWTPayload, kid: string, secret: string | Buffer): string {
  const signed = `${encode({ alg: "HS256", kid })}.${encode(payload)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("docker login -u oidc with an ID token", () => {
  it("is whom the issuer says, under the issuer's name in the policy", async () => {
    expect(await oidc.login(await key.sign(claims()))).toMatchObject({
      kind: "oidc",
      issuer: "ci",
      subject: "repo:shop/api:ref:refs/heads/main",
    });
  });

  it("gives claims as rules compare them: text, and lists of text", async () => {
    const token = await key.sign(
      claims({ repository: "shop/api", run_number: 7, protected: true, groups: ["a", "b"] }),
    );
    expect(await oidc.login(token)).toMatchObject({
      claims: { repository: "shop/api", run_number: "7", protected: "true", groups: ["a", "b"] },
    });
  });

  it("leaves out whole what is nested or beyond bounds", async () => {
    const token = await key.sign(
      claims({
        nested: { role: "admin" },
        mixed: ["a", { role: "admin" }],
        long: "x".repeat(1025),
        many: Array(300).fill("x"),
        nothing: null,
      }),
    );
    const identity = await oidc.login(token);
    expect(identity).toMatchObject({ kind: "oidc", claims: { aud: AUDIENCE } });
    for (const name of ["nested", "mixed", "long", "many", "nothing"]) {
      expect(identity).not.toHaveProperty(["claims", name]);
    }
  });

  it("takes a claim named like something that every object has for what it is", async () => {
    const payload = JSON.stringify(claims()).replace("{", '{"__proto__":"x","constructor":"y",');
    const identity = await oidc.login(await key.sign(JSON.parse(payload) as JWTPayload));
    expect(Object.entries((identity as { claims: object }).claims)).toEqual(
      expect.arrayContaining([
        ["__proto__", "x"],
        ["constructor", "y"],
      ]),
    );
  });

  it("takes a token that is for several, if this registry is among them", async () => {
    const token = await key.sign(claims({ aud: ["elsewhere", AUDIENCE] }));
    expect(await oidc.login(token)).toMatchObject({ issuer: "ci" });
  });

  it("tells two entries of one issuer apart by the audience", async () => {
    oidc = oidcLogin([
      { name: "builds", issuer: ci.url, audience: ["for-builds"] },
      { name: "deploys", issuer: ci.url, audience: ["for-deploys", AUDIENCE] },
    ]);
    expect(await oidc.login(await key.sign(claims()))).toMatchObject({ issuer: "deploys" });
    expect(await oidc.login(await key.sign(claims({ aud: "for-builds" })))).toMatchObject({
      issuer: "builds",
    });
  });

  it.each(["ES256", "RS256"])("takes a signature by %s", async (algorithm) => {
    const its = await signingKey("its", algorithm);
    ci.pages = pagesOf(ci.url, [key.publicJwk, its.publicJwk]);
    expect(await oidc.login(await its.sign(claims()))).toMatchObject({ issuer: "ci" });
  });
});

describe("docker login with another user name", () => {
  it("asks nobody outside, whatever the password", async () => {
    expect(await oidc.login(await key.sign(claims()), "ada")).toBe("unknown");
    expect(oidc.asked).toEqual([]);
  });
});

describe("an ID token that is not to be believed", () => {
  /** Why it is refused. */
  const refusalOf = async (token: string): Promise<string> =>
    (await oidc.login(token)) === "unknown" ? oidc.refusals.join() : "it was taken";

  it.each<[string, (moment: number) => Record<string, unknown>, RegExp]>([
    [
      "for another audience",
      () => ({ aud: "sts.amazonaws.com" }),
      /^it is a token of ci for another audience$/,
    ],
    ["for an audience that begins the same", () => ({ aud: `${AUDIENCE}.evil.example` }), /audience/],
    ["for nobody", () => ({ aud: [] }), /audience/],
    ["of nobody", () => ({ sub: "" }), /subject/],
    ["of an issuer but for a slash", () => ({ iss: `${ci.url}/` }), /policy does not name/],
    [
      "of an issuer that the policy does not name",
      () => ({ iss: "https://issuer.example" }),
      /does not name/,
    ],
    ["of an address within the network", () => ({ iss: "http://169.254.169.254/" }), /does not name/],
    ["that has expired", (moment) => ({ iat: moment - 300, exp: moment - 31 }), /"exp"/],
    ["that never expires", () => ({ exp: undefined }), /"exp"/],
    ["that is not valid yet", (moment) => ({ nbf: moment + 31 }), /"nbf"/],
    ["that was issued in the future", (moment) => ({ iat: moment + 31 }), /"iat"/],
    ["that does not say when it was issued", () => ({ iat: undefined }), /"iat"/],
    ["that was issued too long ago", (moment) => ({ iat: moment - 3631, exp: moment + 99_999 }), /"iat"/],
  ])("is refused: one %s", async (_, changes, why) => {
    expect(await refusalOf(await key.sign({ ...claims(), ...changes(now) }))).toMatch(why);
  });

  it("is refused when another key signed it under the same name", async () => {
    expect(await refusalOf(await other.sign(claims()))).toMatch(/signature/);
  });

  it.each(["jwk", "jku", "x5u"])("is refused when its own header has or names the key: %s", async (name) => {
    const header = { [name]: name === "jwk" ? other.publicJwk : `${ci.url}/theirs` };
    expect(await refusalOf(await other.sign(claims(), header))).toMatch(/signature/);
    expect(ci.asked).not.toContain("/theirs");
  });

  it("is refused when its claims were changed after it was signed", async () => {
    const [header, , signature] = (await key.sign(claims())).split(".");
    expect(
      await refusalOf(`${header}.${encode(claims({ sub: "repo:shop/api:admin" }))}.${signature}`),
    ).toMatch(/signature/);
  });

  it("is refused without a signature", async () => {
    expect(await refusalOf(`${encode({ alg: "none" })}.${encode(claims())}.`)).toMatch(/"alg"/);
  });

  it("is refused when the public key served as a secret", async () => {
    expect(await refusalOf(withSecret(claims(), key.kid, JSON.stringify(key.publicJwk)))).toMatch(/"alg"/);
  });

  it("is refused with a shared secret, even where the issuer publishes it", async () => {
    const secret = Buffer.alloc(32, 7);
    const jwk = { kty: "oct", kid: "shared", alg: "HS256", k: secret.toString("base64url") };
    ci.pages = pagesOf(ci.url, [jwk], { id_token_signing_alg_values_supported: ["HS256", "RS256"] });
    expect(await refusalOf(withSecret(claims(), "shared", secret))).toMatch(/"alg".* not allowed$/);
  });

  it("is refused with an algorithm that the issuer does not list", async () => {
    const its = await signingKey("its", "ES384");
    ci.pages = pagesOf(ci.url, [its.publicJwk]);
    expect(await refusalOf(await its.sign(claims()))).toMatch(/"alg"/);
  });

  it("is refused with something critical that nobody here knows", async () => {
    expect(await refusalOf(await key.sign(claims(), { crit: ["urgent"], urgent: true }))).toMatch(/"urgent"/);
  });

  it("is refused when it is longer than any, before anything else is looked at", async () => {
    const token = await key.sign(claims({ padding: "x".repeat(12_000) }));
    expect(await refusalOf(token)).toMatch(/^the password is no ID token$/);
    expect(oidc.asked).toEqual([]);
  });

  it.each(["", "secret", "a.b.c", ".."])("is refused: no token, %#", async (text) => {
    expect(await refusalOf(text)).toMatch(/^the password is no ID token$/);
    expect(oidc.asked).toEqual([]);
  });

  it("makes nobody be asked but issuers of the policy", async () => {
    for (const iss of [
      "http://169.254.169.254",
      "https://issuer.example",
      "file:///etc/passwd",
      `${ci.url}/x`,
    ]) {
      expect(await oidc.login(await key.sign(claims({ iss })))).toBe("unknown");
    }
    expect(await oidc.login(await key.sign(claims({ aud: "elsewhere" })))).toBe("unknown");
    expect(oidc.asked).toEqual([]);
    expect(await oidc.login(await key.sign(claims()))).toMatchObject({ issuer: "ci" });
    expect(new Set(oidc.asked)).toEqual(new Set([new URL(ci.url).host]));
    expect(ci.asked).toContain(KEYS);
  });
});
