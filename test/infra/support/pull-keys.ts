import { generateKeyPairSync } from "node:crypto";

/** A fresh public key as the setting `pullsKeys` takes it. */
export const createPublicKeyText = (namedCurve = "P-256"): string =>
  generateKeyPairSync("ec", { namedCurve })
    .publicKey.export({ type: "spki", format: "der" })
    .toString("base64");
