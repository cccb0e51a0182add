import { createHmac, createPublicKey, type DSAEncoding, generateKeyPairSync, sign } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import {
  createSigner,
  createVerifier,
  generateKey,
  type PrivateKey,
  type PublicKey,
} from "../../shared/auth/jwt.ts";
import { createTokens } from "../../shared/auth/tokens.ts";
import { SERVICE, type TestTokens, testTokens } from "./support/keys.ts";

const NOW = Date.UTC(2026, 10, 26, 12);
let now = NOW;
let tokens: TestTokens;
const clock = { ...systemClock, now: () => now };

beforeEach(async () => {
  now = NOW;
  tokens = await testTokens(clock);
});

const genuine = () => tokens.issueAccess({ subject: "user:ada", access: [] });
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (part: string | undefined) => JSON.parse(Buffer.from(part ?? "", "base64url").toString());

/** The genuine token, with another header or other claims, signed by `key` as it should be. */
async function signedBy(
  key: PrivateKey,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const [head, body] = (await genuine()).split(".");
  const text = `${encoded({ ...decoded(head), ...header })}.${encoded({ ...decoded(body), ...claims })}`;
  return `${text}.${signatureOf(key, text, "ieee-p1363").toString("base64url")}`;
}

const signatureOf = (key: PrivateKey, text: string, dsaEncoding: DSAEncoding): Buffer =>
  sign("sha256", Buffer.from(text), { key: { ...key }, format: "jwk", dsaEncoding });
const after = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 1);
const ZERO = Buffer.alloc(1);

describe("a token", () => {
  it("is read as it was issued, until it ends", async () => {
    const token = await genuine();
    expect(await tokens.readAccess(token)).toEqual({ subject: "user:ada", access: [] });
    now += 300_000 + 9000;
    expect(await tokens.readAccess(token)).not.toBe("invalid");
    now += 1000;
    expect(await tokens.readAccess(token)).toBe("invalid");
  });

  it("is not remembered beyond its end", async () => {
    const token = await genuine();
    await tokens.readAccess(token);
    await tokens.readAccess(token);
    now += 311_000;
    expect(await tokens.readAccess(token)).toBe("invalid");
  });

  it("that is signed as ours is read: what follows is refused for what it changes alone", async () => {
    expect(await tokens.readAccess(await signedBy(tokens.key, {}, {}))).not.toBe("invalid");
  });

  it.each([
    ["from the future", { nbf: NOW / 1000 + 60 }],
    ["that has ended", { exp: NOW / 1000 - 60 }],
    ["without an end", { exp: undefined }],
    ["without a beginning", { nbf: undefined }],
    ["for another registry", { aud: "berth-other" }],
    ["for this registry and another", { aud: [SERVICE, "berth-other"] }],
    ["for nobody", { aud: undefined }],
    ["of another issuer", { iss: "berth-other" }],
    ["of no issuer", { iss: undefined }],
    ["of nobody", { sub: undefined }],
    ["of somebody whose name is no text", { sub: ["user:ada"] }],
    ["without an id", { jti: undefined }],
    ["whose end is no number", { exp: String(NOW / 1000 + 60) }],
    ["whose beginning is no number", { nbf: [NOW / 1000] }],
    ["without a time of issue", { iat: undefined }],
    ["whose rights are none", { access: "all" }],
    ["without rights", { access: undefined }],
  ])("%s is refused", async (_, claims) => {
    expect(await tokens.readAccess(await signedBy(tokens.key, {}, claims))).toBe("invalid");
  });

  it.each([
    ["of another type", { typ: "JWT" }],
    ["of no type", { typ: undefined }],
    ["that is a refresh token", { typ: "berth-refresh+jwt" }],
    ["with a type in capitals", { typ: "BERTH-ACCESS+JWT" }],
    ["of an unknown key", { kid: "other" }],
    ["of no key", { kid: undefined }],
    ["of a list of keys", { kid: [] }],
    ["of a list of types", { typ: ["berth-access+jwt"] }],
    ["with a key in it", { jwk: { kty: "EC" } }],
    ["with a certificate in it", { x5c: ["MII"] }],
    ["that tells where its key is", { jku: "https://evil.example/jwks.json" }],
    ["with something critical", { crit: ["b64"], b64: false }],
    ["that names another algorithm", { alg: "ES384" }],
  ])("%s is refused", async (_, header) => {
    expect(await tokens.readAccess(await signedBy(tokens.key, header, {}))).toBe("invalid");
  });

  it("that somebody else signed is refused, also where it brings their key", async () => {
    const { d: _, ...mine } = await generateKey();
    const other = await generateKey();
    expect(await tokens.readAccess(await signedBy(other, {}, {}))).toBe("invalid");
    expect(await tokens.readAccess(await signedBy(other, { kid: mine.kid, jwk: mine }, {}))).toBe("invalid");
  });

  it("without a signature is refused", async () => {
    const [head, body] = (await genuine()).split(".");
    for (const alg of ["none", "None", "NONE", ""]) {
      const header = encoded({ ...decoded(head), alg });
      expect(await tokens.readAccess(`${header}.${body}.`)).toBe("invalid");
    }
    expect(await tokens.readAccess(`${head}.${body}.`)).toBe("invalid");
    expect(await tokens.readAccess(`${head}.${body}.${"A".repeat(86)}`)).toBe("invalid");
  });

  it("signed with the public key as if it were a shared secret is refused", async () => {
    const [head, body] = (await genuine()).split(".");
    const { d: _, ...publicJwk } = tokens.key;
    const pem = createPublicKey({ key: { ...publicJwk }, format: "jwk" }).export({
      type: "spki",
      format: "pem",
    });
    const text = `${encoded({ ...decoded(head), alg: "HS256" })}.${body}`;
    for (const secret of [pem, JSON.stringify(publicJwk), publicJwk.x]) {
      const signature = createHmac("sha256", secret).update(text).digest("base64url");
      expect(await tokens.readAccess(`${text}.${signature}`)).toBe("invalid");
    }
  });

  it("signed with RSA is refused", async () => {
    const [head, body] = (await genuine()).split(".");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const text = `${encoded({ ...decoded(head), alg: "RS256" })}.${body}`;
    const signature = sign("sha256", Buffer.from(text), privateKey).toString("base64url");
    expect(await tokens.readAccess(`${text}.${signature}`)).toBe("invalid");
  });

  it.each<[string, (signature: string) => string]>([
    ["padded", (signature) => `${signature}==`],
    ["with more padding than there is", (signature) => `${signature}=`],
    ["with something behind its padding", (signature) => `${signature}==AAAA`],
    ["in the alphabet of base64", (signature) => Buffer.from(signature, "base64url").toString("base64")],
    ["with what is no base64 in it", (signature) => `${signature.slice(0, 9)}~${signature.slice(9)}`],
    ["with what is no ASCII behind it", (signature) => `${signature}é\ud800`],
    ["with a line's end behind it", (signature) => `${signature}\n`],
    // Of its last letter, four bits are none of the 64 bytes: A, Q, g and w leave them zero.
    ["with bits that mean nothing", (signature) => signature.replace(/.$/, (last) => after(last))],
  ])("whose signature is written another way is refused: %s", async (_, written) => {
    const [head, body, signature = ""] = (await genuine()).split(".");
    expect(await tokens.readAccess(`${head}.${body}.${written(signature)}`)).toBe("invalid");
  });

  it("with a signature as DER has it is refused", async () => {
    const [head, body] = (await genuine()).split(".");
    const signature = signatureOf(tokens.key, `${head}.${body}`, "der").toString("base64url");
    expect(await tokens.readAccess(`${head}.${body}.${signature}`)).toBe("invalid");
  });

  it.each<[string, (rs: Buffer) => Buffer]>([
    ["of zeros", () => Buffer.alloc(64)],
    ["of ones", () => Buffer.alloc(64, 255)],
    ["without s", (rs) => rs.subarray(0, 32)],
    ["that is cut", (rs) => rs.subarray(0, 63)],
    ["with a zero in front", (rs) => Buffer.concat([ZERO, rs])],
    [
      "with a zero in front of each number",
      (rs) => Buffer.concat([ZERO, rs.subarray(0, 32), ZERO, rs.subarray(32)]),
    ],
  ])("with a signature %s is refused", async (_, changed) => {
    const [head, body, signature = ""] = (await genuine()).split(".");
    const bytes = changed(Buffer.from(signature, "base64url"));
    expect(await tokens.readAccess(`${head}.${body}.${bytes.toString("base64url")}`)).toBe("invalid");
  });

  it("with one bit flipped anywhere is refused", async () => {
    const token = await genuine();
    const bytes = token.split("").map((letter) => (letter === "A" ? "B" : "A"));
    for (let at = 0; at < token.length - 1; at += 7) {
      if (token[at] === ".") continue;
      const forged = token.slice(0, at) + (bytes[at] ?? "") + token.slice(at + 1);
      expect(await tokens.readAccess(forged)).toBe("invalid");
    }
  });

  it.each(["", ".", "..", "a.b.c", "{}", "é.é.é", "A".repeat(5000), "A.".repeat(100)])(
    "of nonsense is refused: %.20s",
    async (nonsense) => {
      expect(await tokens.readAccess(nonsense)).toBe("invalid");
      expect(await tokens.readRefresh(nonsense)).toBe("invalid");
    },
  );

  it("of access is no refresh token, and the other way round", async () => {
    const refresh = await tokens.issueRefresh({ kind: "person", name: "ada", limits: [] });
    expect(await tokens.readRefresh(refresh)).toEqual({ kind: "person", name: "ada" });
    expect(await tokens.readAccess(refresh)).toBe("invalid");
    expect(await tokens.readRefresh(await genuine())).toBe("invalid");
  });

  it("of a key that no longer signs is read as long as its public half is there", async () => {
    const old = await genuine();
    const next = await generateKey();
    const { d: _, ...retired } = tokens.key;
    const signer = await createSigner(next, { service: SERVICE });
    const both = createVerifier([next, retired], { service: SERVICE, now: clock.now });
    const rotated = createTokens({ ...signer, ...both }, clock);
    expect(await rotated.readAccess(old)).not.toBe("invalid");
    expect(await rotated.readAccess(await rotated.issueAccess({ subject: "x", access: [] }))).not.toBe(
      "invalid",
    );
    expect(await tokens.readAccess(await rotated.issueAccess({ subject: "x", access: [] }))).toBe("invalid");
  });
});

describe("a verifier", () => {
  it.each(["P-384", "secp256k1"])("takes no key of %s, though one lies in its file", (namedCurve) => {
    const jwk = generateKeyPairSync("ec", { namedCurve }).publicKey.export({ format: "jwk" });
    const key = { ...jwk, kid: "1" } as PublicKey;
    expect(() => createVerifier([key], { service: SERVICE, now: clock.now })).toThrow(/EC key/);
  });
});
