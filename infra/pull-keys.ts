import { createPublicKey } from "node:crypto";
import { isObject } from "./objects.ts";

/** A pair of keys that URLs of blobs are signed with; its private key is nowhere but in the parameter. */
export interface PullKey {
  /** DER (SubjectPublicKeyInfo) in base64 */
  readonly publicKey: string;
  /** name of the parameter of AWS Systems Manager */
  readonly parameter: string;
}

/** as many as a key group takes (CloudFront Developer Guide: Quotas on key groups) */
const MOST = 5;
export const PULL_KEYS_TAKE =
  `a list of 1 to ${MOST} objects {"publicKey", "parameter"}, all different: ` +
  "an ECDSA key of the curve P-256 (DER in base64), and the name of the parameter that has its private key";
/** Systems Manager, API Reference: PutParameter */
const PARAMETER = /^(?!\/?(?:aws|ssm))(?:(?:\/[\w.-]+){1,15}|[\w.-]+)$/i;
const LONGEST_NAME = 1000;

export function parsePullKeys(value: unknown): readonly PullKey[] | undefined {
  if (!Array.isArray(value) || value.length < 1 || value.length > MOST) return undefined;
  const keys = value.filter(isPullKey);
  const different = new Set(keys.flatMap(({ publicKey, parameter }) => [publicKey, parameter]));
  return different.size === 2 * value.length ? keys : undefined;
}

const isPullKey = (value: unknown): value is PullKey =>
  isObject(value) &&
  Object.keys(value).toSorted().join() === "parameter,publicKey" &&
  typeof value["publicKey"] === "string" &&
  pemOf(value["publicKey"]) !== undefined &&
  typeof value["parameter"] === "string" &&
  value["parameter"].length <= LONGEST_NAME &&
  PARAMETER.test(value["parameter"]);

/** The key as CloudFront takes it; undefined for what is no key of the curve P-256 in its one form. */
export function pemOf(publicKey: string): string | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") return undefined;
    const isOnlyForm = key.export({ type: "spki", format: "der" }).toString("base64") === publicKey;
    return isOnlyForm ? key.export({ type: "spki", format: "pem" }).toString() : undefined;
  } catch {
    return undefined;
  }
}
