import { createHmac, createPublicKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { generateKey, type PrivateKey } from "../../shared/auth/jwt.ts";
import { DELETE, PUSH, READ, target } from "./support/attempts.ts";
import { PEOPLE } from "./support/people.ts";
import { form } from "./support/token-server.ts";

const berth = target();
const ALL = [READ, PUSH, DELETE, { path: "/v2/" }, { path: "/v2/_catalog" }];
const REFUSED = ["401 untouched"];

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({
  iss: "berth-test",
  aud: "berth-test",
  sub: "user:ada",
  jti: "1",
  iat: now(),
  nbf: now(),
  exp: now() + 300,
  access: [{ type: "repository", name: "shop/a", actions: ["pull", "push", "delete"] }],
});
type Changes = Readonly<Record<string, unknown>>;

function forged(key: PrivateKey, header: Changes = {}, changed: Changes = {}): string {
  const head = { alg: "ES256", typ: "berth-access+jwt", kid: key.kid, ...header };
  const text = `${part(head)}.${part({ ...claims(), ...changed })}`;
  const signed = sign("sha256", Buffer.from(text), {
    key: { ...key },
    format: "jwk",
    dsaEncoding: "ieee-p1363",
  });
  return `${text}.${signed.toString("base64url")}`;
}

describe("a forged token", () => {
  it("would be taken, were it not for what each of these changes", async () => {
    expect(await berth.outcomes([READ], { token: forged(berth.key) })).toEqual(["200 touched"]);
  });

  it.each<[string, Changes, Changes]>([
    ["that has ended", {}, { exp: 1_700_000_000 }],
    ["that is not valid yet", {}, { nbf: 4_000_000_000 }],
    ["for another registry", {}, { aud: "berth-other" }],
    ["of another issuer", {}, { iss: "https://accounts.example.com" }],
    ["of another type", { typ: "JWT" }, {}],
    ["with a key in it", { jwk: { kty: "EC", crv: "P-256", x: "x", y: "y" } }, {}],
    ["with the address of a key in it", { jku: "https://evil.example/keys" }, {}],
    ["with a certificate in it", { x5c: ["MIIB"] }, {}],
    ["with something critical", { crit: ["exp"] }, {}],
    ["of an unknown key", { kid: "../../etc/passwd" }, {}],
  ])("%s opens nothing", async (_, header, changed) => {
    expect(await berth.outcomes(ALL, { token: forged(berth.key, header, changed) })).toEqual(REFUSED);
  });

  it("that another key signed opens nothing, whatever it says of its key", async () => {
    const other = await generateKey();
    const { d: _, ...jwk } = other;
    for (const header of [{}, { kid: berth.key.kid }, { kid: berth.key.kid, jwk }]) {
      expect(await berth.outcomes(ALL, { token: forged(other, header) })).toEqual(REFUSED);
    }
  });

  it("without a signature, or signed with what everybody may know, opens nothing", async () => {
    const { d: _, ...jwk } = berth.key;
    const pem = createPublicKey({ key: { ...jwk }, format: "jwk" }).export({ type: "spki", format: "pem" });
    const unsigned = (alg: string) =>
      `${part({ alg, typ: "berth-access+jwt", kid: jwk.kid })}.${part(claims())}`;
    const byHmac = createHmac("sha256", pem).update(unsigned("HS256")).digest("base64url");
    for (const token of [`${unsigned("none")}.`, `${unsigned("ES256")}.`, `${unsigned("HS256")}.${byHmac}`]) {
      expect(await berth.outcomes(ALL, { token })).toEqual(REFUSED);
    }
  });

  it("whose rights were changed opens nothing", async () => {
    const [head, , signature] = (await berth.tokenFor("ben", "repository:shop/a:pull")).split(".");
    const token = `${head}.${part(claims())}.${signature}`;
    expect(await berth.outcomes(ALL, { token })).toEqual(REFUSED);
  });
});

describe("a refresh token", () => {
  const refreshToken = async () => {
    const { secret: password = "" } = PEOPLE["ada"] ?? {};
    const login = { grant_type: "password", username: "ada", password, access_type: "offline" };
    const response = await berth.fetch("/token", form(login));
    return ((await response.json()) as { refresh_token: string }).refresh_token;
  };

  it("is no bearer token and no password", async () => {
    const token = await refreshToken();
    expect(await berth.outcomes(ALL, { token })).toEqual(REFUSED);
    const headers = { Authorization: `Basic ${Buffer.from(`ada:${token}`).toString("base64")}` };
    expect((await berth.fetch("/v2/", { headers })).status).toBe(401);
    expect((await berth.fetch("/token", { headers })).status).toBe(401);
  });

  it("that somebody forged gets no token", async () => {
    const other = await generateKey();
    const identity = { kind: "person", name: "ada" };
    for (const refresh_token of [
      forged(other, { typ: "berth-refresh+jwt" }, { identity }),
      forged(other, { typ: "berth-refresh+jwt", kid: berth.key.kid }, { identity }),
      forged(berth.key, {}, { identity }),
    ]) {
      const response = await berth.fetch("/token", form({ grant_type: "refresh_token", refresh_token }));
      expect(response.status).toBe(401);
    }
  });
});
