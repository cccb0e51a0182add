import { createHmac, createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signingKey } from "../identities/support/issuer.ts";
import { attacked, basic, type Sender } from "./support/attacked.ts";
import { byHead, DELETE, everything, notByHead, PUSH, READ } from "./support/attempts.ts";
import { BAD_ISSUERS } from "./support/bad-issuers.ts";
import { encoded } from "./support/forge.ts";
import { AUDIENCE } from "./support/outside.ts";

const berth = attacked();
const TOKEN = { path: "/token?scope=repository:shop/a:pull,push" };
const now = Math.floor(Date.now() / 1000);

/** As docker logs in with it. */
const by = (token: string): Sender => ({ authorization: basic({ name: "oidc", secret: token }) });

describe("an ID token", () => {
  it("lets its job in, as far as the policy lets it", async () => {
    const as = by(await berth.outside.idToken());
    expect(await berth.outcomes([READ, TOKEN], as)).toEqual([200]);
    expect(await berth.outcomes([DELETE, ...notByHead(everything("shop/ab"))], as)).toEqual([403]);
    expect(await berth.outcomes(byHead(everything("shop/ab")), as)).toEqual([404]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["for another audience", { aud: "sts.amazonaws.com" }],
    ["for an audience that begins the same", { aud: `${AUDIENCE}.evil.example` }],
    ["for an audience in other letters", { aud: AUDIENCE.toUpperCase() }],
    ["for no audience", { aud: undefined }],
    ["for an empty list of audiences", { aud: [] }],
    ["of an issuer that the policy does not name", { iss: "https://accounts.example.com" }],
    ["of no issuer", { iss: undefined }],
    ["that has ended", { exp: now - 3600 }],
    ["that never ends", { exp: undefined }],
    ["that is not valid yet", { nbf: now + 3600 }],
    ["from the future", { iat: now + 3600 }],
    ["that is older than an hour", { iat: now - 7200 }],
    ["of nobody", { sub: undefined }],
  ])("%s is worth nothing", async (_, changes) => {
    const as = by(await berth.outside.idToken(changes));
    expect(await berth.outcomes([READ, TOKEN], as)).toEqual([401]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["of another repository", { repository: "evil/a" }],
    ["of a repository that begins the same", { repository: "shop/ab" }],
    ["of no repository", { repository: undefined }],
    ["of many repositories", { repository: { "shop/a": true } }],
  ])("%s lets in who may do nothing", async (_, changes) => {
    const as = by(await berth.outside.idToken(changes));
    expect(await berth.outcomes([READ, PUSH, DELETE], as)).toEqual([403]);
  });

  it("that another key signed is worth nothing, whatever it says of its key", async () => {
    const { kid, publicJwk } = berth.outside.key;
    const evil = await signingKey(kid);
    const claims = decoded(await berth.outside.idToken());
    for (const header of [
      {},
      { kid: "other" },
      { jwk: evil.publicJwk },
      { jku: `${berth.outside.issuer.url}/evil` },
      { x5c: ["MIIB"] },
      { kid: "../../dev/null" },
      { crit: ["urgent"], urgent: true },
      { alg: publicJwk.alg, typ: "berth-access+jwt" },
    ]) {
      const as = by(await evil.sign(claims, header));
      expect(await berth.outcomes([READ, TOKEN], as)).toEqual([401]);
    }
    expect(berth.outside.issuer.asked).not.toContain("/evil");
  });

  it("without a signature, or signed with what everybody may know, is worth nothing", async () => {
    const { kid, publicJwk } = berth.outside.key;
    const [, body] = (await berth.outside.idToken()).split(".");
    const pem = createPublicKey({ key: { ...publicJwk }, format: "jwk" }).export({
      type: "spki",
      format: "pem",
    });
    const unsigned = (alg: string) => `${encoded({ alg, kid })}.${body}`;
    const byHmac = createHmac("sha256", pem).update(unsigned("HS256")).digest("base64url");
    for (const token of [`${unsigned("none")}.`, `${unsigned("RS256")}.`, `${unsigned("HS256")}.${byHmac}`])
      expect(await berth.outcomes([READ, TOKEN], by(token))).toEqual([401]);
  });

  it("is no bearer token, and no password of a person's", async () => {
    const token = await berth.outside.idToken();
    expect(await berth.outcomes([READ, PUSH, DELETE], { token })).toEqual([401]);
    for (const name of ["rea", "aws", "OIDC"])
      expect(await berth.outcomes([TOKEN], { name, secret: token })).toEqual([401]);
  });
});

describe("an issuer that gives no keys", () => {
  it.each(BAD_ISSUERS)(
    "keeps out whom it vouches for, and nobody else, in bounded time: %s",
    async (name) => {
      const { url } = berth.outside.issuer;
      const as = by(await berth.outside.idToken({ iss: `${url}/${name}` }));
      const before = await berth.stored();
      const slow = berth.fetch(TOKEN.path, {}, as);
      const order: string[] = [];
      const noted = async (who: string, answer: Promise<Response>): Promise<Response> => {
        const answered = await answer;
        order.push(who);
        return answered;
      };
      const [refused, other] = await Promise.all([
        noted(name, slow),
        noted("ci", berth.fetch(TOKEN.path, {}, by(await berth.outside.idToken()))),
      ]);
      expect(refused.status).toBe(503);
      expect(refused.headers.get("Retry-After")).toMatch(/^\d+$/);
      expect(other.status).toBe(200);
      expect(berth.outside.issuer.asked.filter((path) => path.startsWith(`/${name}/`))).not.toEqual([]);
      expect(name === "silent" || name === "dripping" ? order : ["ci", name]).toEqual(["ci", name]);
      expect(await berth.stored()).toEqual(before);
    },
  );
});

const decoded = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as object;
