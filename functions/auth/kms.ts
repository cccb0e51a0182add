import { hash } from "node:crypto";
import type { JsonService } from "../stores/signed-post.ts";
import { systemClock } from "../system-clock.ts";
import { ask } from "./ask.ts";
import { rawSignature } from "./raw-signature.ts";

/** A key of AWS KMS that signs with ECDSA on P-256; named by its id or its ARN. */
export interface Kms {
  /** DER, SubjectPublicKeyInfo */
  readonly publicKey: (keyId: string) => Promise<Uint8Array>;
  /** r and s */
  readonly sign: (keyId: string, bytes: Uint8Array) => Promise<Uint8Array>;
}

/** KMS answers within some tens of milliseconds; somebody waits for a login or a pull. */
const PATIENCE = { patience: 2000, attempts: 3, clock: systemClock } as const;
/** AWS KMS API Reference: Sign */
const ALGORITHM = "ECDSA_SHA_256";

/** Each call rejects with a StoreUnavailableError where KMS does not answer, or refuses. */
export function createKms(place: Omit<JsonService, "service">): Kms {
  const call = async (operation: string, input: object): Promise<Readonly<Record<string, string>>> => {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `TrentService.${operation}`,
    };
    const body = JSON.stringify(input);
    const { text } = await ask({ ...place, service: "kms" }, { path: "/", headers, body }, PATIENCE);
    return JSON.parse(text) as Readonly<Record<string, string>>;
  };
  return {
    publicKey: async (keyId) => {
      const { PublicKey: key = "" } = await call("GetPublicKey", { KeyId: keyId });
      return Buffer.from(key, "base64");
    },
    sign: async (keyId, bytes) => {
      const digest = hash("sha256", bytes, "base64");
      const input = { KeyId: keyId, Message: digest, MessageType: "DIGEST", SigningAlgorithm: ALGORITHM };
      const { Signature: signature = "" } = await call("Sign", input);
      return rawSignature(Buffer.from(signature, "base64"));
    },
  };
}
