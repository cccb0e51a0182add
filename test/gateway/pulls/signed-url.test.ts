import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createPullSigner } from "../../../functions/pulls/signed-url.ts";
import { parseDigest } from "../../../shared/oci/digest.ts";
import { refusalOf } from "./signed-url.ts";

const ORIGIN = "https://d111111abcdef8.cloudfront.net";
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const edge = { kind: "edge", origin: ORIGIN, keyId: "K1", publicKey: "", parameter: "" } as const;
const sign = createPullSigner(edge, privateKey);

const KEY = "blobs/2026-11-24/0b9f3c52-5c8e-4a58-9d7c-2d4f8b1d6a11_5f0e";
const DIGESTS = [`sha256:${"a".repeat(64)}`, `sha512:${"b".repeat(128)}`].map(parseDigest);
const NOW = Date.UTC(2026, 10, 24, 16, 54);
const urlFor = (digest = DIGESTS[0] ?? parseDigest("")) =>
  sign({ key: KEY, digest, expires: NOW / 1000 + 900 });
const judge = (url: string, now = NOW): string | undefined => {
  const keys = new Map([["K1", publicKey]]);
  return refusalOf(url.slice(ORIGIN.length), now, { origin: ORIGIN, keys });
};

describe("a signed URL of a blob", () => {
  it.each(DIGESTS)("is served by CloudFront until it expires: %s", (digest) => {
    expect(judge(urlFor(digest))).toBeUndefined();
    expect(judge(urlFor(digest), NOW + 899_000)).toBeUndefined();
    expect(judge(urlFor(digest), NOW + 900_000)).toContain("expired");
  });

  it("has nothing in it that a client might escape in another way", () => {
    const { search } = new URL(urlFor());
    expect(search).toMatch(
      /^\?digest=sha256-a{64}&Expires=\d+&Signature=[\w~-]+&Key-Pair-Id=K1&Hash-Algorithm=SHA256$/,
    );
  });

  it("is refused where anything of it was changed, the digest and the time too, or something added", () => {
    const url = urlFor();
    for (const changed of [
      url.replace("5f0e", "5f0f"),
      url.replace("sha256-a", "sha256-b"),
      url.replace("&Expires", `&digest=sha256-${"c".repeat(64)}&Expires`),
      url.replace("&Expires", "&response-content-type=text/html&Expires"),
      url.replace(/Expires=\d/, "Expires=9"),
      url.replace(/Signature=[^&]+/, "Signature=MEUCIQ__"),
      url.replace("Key-Pair-Id=K1", "Key-Pair-Id=K2"),
      url.replace("&Hash-Algorithm=SHA256", ""),
      url.replace(/[?].*/, ""),
    ]) {
      expect(changed).not.toBe(url);
      expect(judge(changed)).toEqual(expect.any(String));
    }
    expect(judge(url)).toBeUndefined();
  });
});
