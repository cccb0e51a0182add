import { generateKeyPairSync } from "node:crypto";

/** What a team that pulls at the edge has made beforehand: settings for cdk.json, and the parameter in its account. */
export function createPullKeys() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const parameter = "/berth/pulls";
  const der = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  return {
    settings: { pulls: "edge", pullsKeys: [{ publicKey: der, parameter }] },
    parameters: new Map([[parameter, privateKey.export({ type: "pkcs8", format: "pem" }).toString()]]),
  };
}
