import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createKms } from "../../functions/auth/kms.ts";
import { rawSignature } from "../../functions/auth/raw-signature.ts";
import { createKmsSigner, createKmsVerifier } from "../../functions/auth/token-keys.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { createTokens } from "../../shared/auth/tokens.ts";
import { StoreUnavailableError } from "../../shared/ports/table.ts";
import { KEYS, useKms } from "./support/kms.ts";

const stand = useKms();
const failing = (status: number, type: string) => ({ status, body: JSON.stringify({ __type: type }) });
const SERVICE = "berth-main-1";

const keysOf = (ids: readonly [string, ...string[]]) => ({
  kms: createKms(stand.place()),
  ids,
  service: SERVICE,
  now: Date.now,
});
function tokensOf(...ids: readonly [string, ...string[]]) {
  const keys = keysOf(ids);
  return createTokens({ ...createKmsSigner(keys), ...createKmsVerifier(keys) }, systemClock);
}
const ADA = { subject: "user:ada", access: [] };

describe("a signature of KMS", () => {
  it("verifies by Node's own crypto, in the form of a JSON Web Signature", async () => {
    const kms = createKms(stand.place());
    const key = createPublicKey({
      key: Buffer.from(await kms.publicKey(KEYS.newer)),
      format: "der",
      type: "spki",
    });
    for (let turn = 0; turn < 20; turn += 1) {
      const bytes = Buffer.from(`turn ${turn}`);
      const signature = await kms.sign(KEYS.newer, bytes);
      expect(signature).toHaveLength(64);
      expect(verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
    }
  });

  it("is made of DER whatever lengths its integers have", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const lengths = new Set<number>();
    for (let turn = 0; turn < 1000; turn += 1) {
      const der = sign("sha256", Buffer.from(String(turn)), privateKey);
      lengths.add(der.length);
      const raw = rawSignature(der);
      expect(
        verify("sha256", Buffer.from(String(turn)), { key: publicKey, dsaEncoding: "ieee-p1363" }, raw),
      ).toBe(true);
    }
    expect(lengths.size).toBeGreaterThan(2);
  });

  it.each(["", "30", "3006020101020101ff", "30060201010301ff", "3006020101020201", "300602010102017f00"])(
    "is refused where it is none: %s",
    (hex) => {
      expect(() => rawSignature(Buffer.from(hex, "hex"))).toThrow("no signature");
    },
  );
});

describe("tokens signed in KMS", () => {
  it("are read with the public key, which is asked for once", async () => {
    const tokens = tokensOf(KEYS.newer);
    const [one, other] = [await tokens.issueAccess(ADA), await tokens.issueAccess(ADA)];
    const before = stand.calls();
    const reader = tokensOf(KEYS.newer);
    expect(await Promise.all([reader.readAccess(one), reader.readAccess(other)])).toEqual([ADA, ADA]);
    expect(stand.calls() - before).toBe(1);
  });

  it("are signed with the first key and read with each of them, so that no rotation ends one", async () => {
    const token = await tokensOf(KEYS.newer).issueAccess(ADA);
    expect(await tokensOf(KEYS.older, KEYS.newer).readAccess(token)).toEqual(ADA);
    expect(await tokensOf(KEYS.older).readAccess(token)).toBe("invalid");
  });

  it("are not signed with a key that the role may only read", async () => {
    await expect(tokensOf(KEYS.older).issueAccess(ADA)).rejects.toThrow("AccessDenied");
  });
});

describe("without KMS", () => {
  it("nobody is let in: it is a store that can't serve, and the next request asks again", async () => {
    const token = await tokensOf(KEYS.newer).issueAccess(ADA);
    const reader = tokensOf(KEYS.newer);
    stand.fail(...Array.from({ length: 3 }, () => failing(500, "KMSInternalException")));
    await expect(reader.readAccess(token)).rejects.toThrow(StoreUnavailableError);
    expect(await reader.readAccess(token)).toEqual(ADA);
  });

  it("one key that can't be had keeps nobody out whose token another has signed, and is not asked for again", async () => {
    const tokens = tokensOf(KEYS.newer);
    const [token, another] = [await tokens.issueAccess(ADA), await tokens.issueAccess(ADA)];
    const reader = tokensOf("arn:aws:kms:eu-central-1:123456789012:key/not-there-yet", KEYS.newer);
    expect(await reader.readAccess(token)).toEqual(ADA);
    const before = stand.calls();
    expect(await reader.readAccess(another)).toEqual(ADA);
    expect(stand.calls()).toBe(before);
  });

  it("nobody can tell what a token is worth that none of the others has signed", async () => {
    const token = await tokensOf(KEYS.newer).issueAccess(ADA);
    const reader = tokensOf(KEYS.newer, KEYS.older);
    stand.fail(failing(400, "AccessDeniedException"), failing(400, "AccessDeniedException"));
    await expect(reader.readAccess(token)).rejects.toThrow("AccessDeniedException");
    expect(await reader.readAccess("x.y.z")).toBe("invalid");
    expect(await reader.readAccess(token)).toEqual(ADA);
  });

  it("throttling is waited out", async () => {
    stand.fail(failing(400, "ThrottlingException"));
    await expect(createKms(stand.place()).publicKey(KEYS.newer)).resolves.toBeDefined();
  });

  it.each(["AccessDeniedException", "NotFoundException", "KMSInvalidStateException"])(
    "a refusal is told by its name, and not repeated: %s",
    async (type) => {
      const before = stand.calls();
      stand.fail(failing(400, type));
      await expect(createKms(stand.place()).publicKey(KEYS.newer)).rejects.toThrow(
        `kms: it answers 400 (${type})`,
      );
      expect(stand.calls() - before).toBe(1);
    },
  );

  it("a wrong signature of the request is refused, and no secret is told", async () => {
    const kms = createKms({
      ...stand.place(),
      credentials: { ...stand.credentials, secretAccessKey: "5ec7e7-other" },
    });
    const error = await kms.publicKey(KEYS.newer).catch((cause: unknown) => cause);
    expect(String(error)).toContain("SignatureDoesNotMatch");
    expect(String(error)).not.toContain("5ec7e7");
  });
});
