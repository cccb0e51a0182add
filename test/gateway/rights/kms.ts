import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type Asked, failure, type JsonRequest } from "./json-service.ts";
import { signDigest } from "./sign-digest.ts";

/** Keys that sign, by their ARNs: made here, and nowhere to be had. */
export interface KmsKeys {
  readonly asked: (request: JsonRequest) => Asked | undefined;
  /** how often a key signed */
  readonly signatures: () => number;
  /** What nobody gets of AWS: for a test that forges what a key signs. Throws where there is no such key. */
  readonly privateKey: (arn: string) => KeyObject;
}

interface Input {
  readonly KeyId: string;
  readonly Message?: string;
  readonly MessageType?: string;
  readonly SigningAlgorithm?: string;
}

/** AWS KMS, as far as it signs with keys of P-256 (AWS KMS API Reference: GetPublicKey, Sign). */
export function createKmsKeys(arns: readonly string[]): KmsKeys {
  const keys = new Map(
    arns.map((arn) => [arn, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey]),
  );
  let signatures = 0;
  const answerOf = (operation: string, input: Input) => {
    const key = keys.get(input.KeyId);
    if (key === undefined) return failure(400, "NotFoundException");
    if (operation === "GetPublicKey")
      return answer({ KeyId: input.KeyId, PublicKey: publicOf(key), KeyUsage: "SIGN_VERIFY" });
    const digest = Buffer.from(input.Message ?? "", "base64");
    if (input.MessageType !== "DIGEST" || input.SigningAlgorithm !== "ECDSA_SHA_256" || digest.length !== 32)
      return failure(400, "ValidationException");
    signatures += 1;
    return answer({ KeyId: input.KeyId, Signature: signDigest(digest, key).toString("base64") });
  };
  return {
    asked: ({ target, body }) => {
      const [, operation = ""] = /^TrentService\.(GetPublicKey|Sign)$/.exec(target) ?? [];
      if (operation === "") return undefined;
      const input = JSON.parse(body) as Input;
      const access = { action: `kms:${operation}`, resource: input.KeyId };
      return { access, answer: async () => answerOf(operation, input) };
    },
    signatures: () => signatures,
    privateKey: (arn) => {
      const key = keys.get(arn);
      if (key === undefined) throw new Error(`there is no key ${arn}`);
      return key;
    },
  };
}

const answer = (body: object) => ({ status: 200, body: JSON.stringify(body) });

const publicOf = (key: KeyObject): string =>
  createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");
