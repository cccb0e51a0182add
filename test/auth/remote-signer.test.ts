import { generateKeyPairSync, sign, webcrypto } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { createRemoteSigner, createVerifier, publicKeyOf } from "../../shared/auth/jwt.ts";
import { createTokens } from "../../shared/auth/tokens.ts";
import { SERVICE } from "./support/keys.ts";

/** A key that its holder keeps: what comes out of it are its public half, in DER, and signatures. */
function remote(namedCurve = "P-256") {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
  return {
    spki: publicKey.export({ format: "der", type: "spki" }),
    sign: async (bytes: Uint8Array) => sign("sha256", bytes, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  };
}

describe("a signer whose key is elsewhere", () => {
  it("signs what a verifier with the public half reads, and one with another refuses", async () => {
    const key = remote();
    const known = await publicKeyOf(key.spki);
    const signer = createRemoteSigner({ kid: known.kid, sign: key.sign }, { service: SERVICE });
    const verifierOf = (keys: Parameters<typeof createVerifier>[0]) =>
      createVerifier(keys, { service: SERVICE, now: systemClock.now });
    const tokens = createTokens({ ...signer, ...verifierOf([known]) }, systemClock);
    const token = await tokens.issueAccess({ subject: "user:ada", access: [] });
    expect(await tokens.readAccess(token)).toEqual({ subject: "user:ada", access: [] });
    const others = verifierOf([{ ...(await publicKeyOf(remote().spki)), kid: known.kid }]);
    expect(await others.verify(token, "berth-access+jwt")).toBe("invalid");
  });

  it("names its key by the thumbprint of RFC 7638, as WebCrypto's export of the same key has it", async () => {
    const { spki } = remote();
    const known = await publicKeyOf(spki);
    const imported = await webcrypto.subtle.importKey(
      "spki",
      spki,
      { name: "ECDSA", namedCurve: "P-256" },
      true,
      ["verify"],
    );
    const { x, y } = await webcrypto.subtle.exportKey("jwk", imported);
    const text = JSON.stringify({ crv: "P-256", kty: "EC", x, y });
    const digest = await webcrypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    expect(known).toEqual({ kid: Buffer.from(digest).toString("base64url"), kty: "EC", crv: "P-256", x, y });
  });

  it("takes no key of another curve, and nothing that is none", async () => {
    await expect(publicKeyOf(remote("P-384").spki)).rejects.toThrow("a key of another kind");
    await expect(publicKeyOf(Buffer.from("no key"))).rejects.toThrow("asymmetric key");
  });
});
