import { randomBytes } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import type { Credentials } from "../../../functions/stores/credentials.ts";
import { createJudge } from "../../gateway/rights/identities.ts";
import { type JsonAnswer, startJsonService } from "../../gateway/rights/json-service.ts";
import { createKmsKeys, type KmsKeys } from "../../gateway/rights/kms.ts";
import type { Proxy } from "../../gateway/rights/proxy.ts";

export const KEYS = {
  newer: "arn:aws:kms:eu-central-1:123456789012:key/newer",
  older: "arn:aws:kms:eu-central-1:123456789012:key/older",
} as const;

/** KMS with two keys, for who may read both and sign with the newer; it runs for the tests of a file. */
export function useKms() {
  const sessionToken = randomBytes(30).toString("base64");
  const credentials: Credentials = {
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: "5ec7e7-key",
    sessionToken,
    assuredUntil: 0,
  };
  const up: { proxy?: Proxy; keys: KmsKeys; trouble: JsonAnswer[]; calls: number } = {
    keys: createKmsKeys(Object.values(KEYS)),
    trouble: [],
    calls: 0,
  };
  beforeAll(async () => {
    const statements = [
      { effect: "Allow", actions: ["kms:GetPublicKey"], resources: Object.values(KEYS) },
      { effect: "Allow", actions: ["kms:Sign"], resources: [KEYS.newer] },
    ] as const;
    const identity = { name: "token", credentials: { ...credentials, sessionToken }, statements };
    const judge = createJudge([identity], { denied: () => {}, used: () => {}, decided: () => {} });
    up.proxy = await startJsonService({
      judge,
      log: () => {},
      asked: (request) => {
        up.calls += 1;
        const found = up.keys.asked(request);
        const trouble = up.trouble.shift();
        return found && trouble ? { ...found, answer: async () => trouble } : found;
      },
    });
  });
  afterAll(() => up.proxy?.stop());
  return {
    credentials,
    place: () => ({
      region: "eu-central-1",
      endpoint: up.proxy?.endpoint ?? "",
      credentials,
      now: Date.now,
    }),
    calls: () => up.calls,
    /** What the next calls get instead of an answer. */
    fail: (...answers: readonly JsonAnswer[]) => void up.trouble.push(...answers),
  };
}
