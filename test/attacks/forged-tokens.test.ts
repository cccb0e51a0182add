import { createHmac, createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { attacked } from "./support/attacked.ts";
import { ADMINISTRATION, DELETE, PUSH, READ } from "./support/attempts.ts";
import { type Changes, encoded, forged, unsigned } from "./support/forge.ts";

const berth = attacked();
const HEAD = { ...READ, method: "HEAD" };
const ALL = [READ, HEAD, PUSH, DELETE, { path: "/v2/" }, { path: "/v2/_catalog" }, ...ADMINISTRATION];

/** Of ada's, for all that can be done in shop/a: what makes it worthless is what a test changes. */
const genuine = () => berth.tokenFor(berth.people().ada, "repository:shop/a:pull,push,delete");
const now = Math.floor(Date.now() / 1000);
const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const otherKey = { ...other.publicKey.export({ format: "jwk" }), kid: "evil" };

describe("a forged token", () => {
  it("would be taken, were it not for what each of these changes", async () => {
    const token = forged(await genuine(), berth.signingKey);
    expect(await berth.outcomes([READ, HEAD], { token })).toEqual([200]);
  });

  it.each<[string, Changes, Changes]>([
    ["that has ended", {}, { exp: now - 11 }],
    ["that never ends", {}, { exp: undefined }],
    ["that is not valid yet", {}, { nbf: now + 3600 }],
    ["for another registry", {}, { aud: "berth-other" }],
    ["for another registry beside this one", {}, { aud: ["berth-main-local", "berth-other"] }],
    ["of another issuer", {}, { iss: "https://accounts.example.com" }],
    ["of nobody", {}, { sub: undefined }],
    ["of another type", { typ: "JWT" }, {}],
    ["with its key in it", { jwk: otherKey }, {}],
    ["with the address of its key in it", { jku: "https://evil.example/keys" }, {}],
    ["with a certificate in it", { x5c: ["MIIB"] }, {}],
    ["with the address of a certificate in it", { x5u: "https://evil.example/cert" }, {}],
    ["with something critical", { crit: ["exp"] }, {}],
    ["with an algorithm of another kind", { alg: "RS256" }, {}],
    ["with a key that is a file", { kid: "../../../dev/null" }, {}],
    ["with a key that is an address", { kid: "https://evil.example/keys" }, {}],
    ["with a key that is a query", { kid: "' or '1'='1" }, {}],
    ["with a key that is in every object", { kid: "__proto__" }, {}],
    ["without a key", { kid: undefined }, {}],
  ])("%s opens nothing", async (_, header, claims) => {
    const token = forged(await genuine(), berth.signingKey, { header, claims });
    expect(await berth.outcomes(ALL, { token })).toEqual([401]);
  });

  it("that another key signed opens nothing, whatever it says of its key", async () => {
    const token = await genuine();
    for (const header of [
      {},
      { kid: "evil" },
      { kid: undefined },
      { jwk: otherKey },
      { kid: "evil", jwk: otherKey },
    ])
      expect(await berth.outcomes(ALL, { token: forged(token, other.privateKey, { header }) })).toEqual([
        401,
      ]);
  });

  it("without a signature opens nothing, by whatever name", async () => {
    const token = await genuine();
    for (const alg of ["none", "None", "NONE", "", "ES256"]) {
      const text = unsigned(token, { header: { alg } });
      for (const unfit of [text, `${text}.`, `${text}.${Buffer.alloc(64).toString("base64url")}`])
        expect(await berth.outcomes([READ, PUSH, DELETE], { token: unfit })).toEqual([401]);
    }
  });

  it("that is signed with what everybody may know opens nothing", async () => {
    const publicKey = createPublicKey(berth.signingKey);
    const text = unsigned(await genuine(), { header: { alg: "HS256" } });
    for (const shared of [
      publicKey.export({ type: "spki", format: "pem" }),
      publicKey.export({ type: "spki", format: "der" }),
      JSON.stringify(publicKey.export({ format: "jwk" })),
      "",
    ]) {
      const signature = createHmac("sha256", shared).update(text).digest("base64url");
      expect(await berth.outcomes([READ, PUSH, DELETE], { token: `${text}.${signature}` })).toEqual([401]);
    }
  });

  it("whose rights were changed after it was signed opens nothing", async () => {
    const [head, body, signature] = (
      await berth.tokenFor(berth.people().rea, "repository:shop/a:pull")
    ).split(".");
    const claims = JSON.parse(Buffer.from(body ?? "", "base64url").toString()) as Changes;
    const access = [{ type: "repository", name: "shop/a", actions: ["pull", "push", "delete"] }];
    const token = `${head}.${encoded({ ...claims, access })}.${signature}`;
    expect(await berth.outcomes(ALL, { token })).toEqual([401]);
  });
});

describe("what is no token", () => {
  it.each([".", "..", "a.b.c", "e30.e30.e30", "A".repeat(5000), "null", "5ec7e7"])(
    "opens nothing: %.20s",
    async (token) => {
      expect(await berth.outcomes(ALL, { token })).toEqual([401]);
    },
  );
});
