import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createPullSigner } from "../functions/pulls/signed-url.ts";
import { createPresigner } from "../functions/stores/presign.ts";
import { parseDigest } from "../shared/oci/digest.ts";

/**
 * What a signed URL costs: CPU time of one signature by our own presigner and by the SDK's, and of one for CloudFront with
 * either kind of key, warm. Every blob pull on AWS pays for one. `npm run bench:presign`; the results are for reading, no goal hangs on them but the issue's: well
 * below a millisecond.
 */

const SIGNATURES = 2000;
const ROUNDS = 5;
const LIFETIME = 900;
const PLACE = { region: "eu-central-1", bucket: "berth-team" } as const;
const CREDENTIALS = {
  accessKeyId: "ASIAQNZEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  // As long as those of Lambda's sessions are.
  sessionToken: "x".repeat(800),
};

const keyOf = (number: number): string => `blobs/2026-11-24/${number.toString(16).padStart(32, "0")}_0`;

function signOurselves(): (number: number) => Promise<unknown> {
  const presign = createPresigner({ ...PLACE, credentials: CREDENTIALS });
  return async (number) => presign({ method: "GET", key: keyOf(number), at: Date.now(), lifetime: LIFETIME });
}

function signBySdk(): (number: number) => Promise<unknown> {
  const client = new S3Client({
    region: PLACE.region,
    credentials: CREDENTIALS,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return (number) => {
    const command = new GetObjectCommand({ Bucket: PLACE.bucket, Key: keyOf(number) });
    return getSignedUrl(client, command, { expiresIn: LIFETIME });
  };
}

/** As pulls at the edge are signed: with the key of the curve P-256, or, to compare, RSA of 2,048 bits. */
function signForCloudFront(privateKey: KeyObject): (number: number) => Promise<unknown> {
  const origin = "https://d111111abcdef8.cloudfront.net";
  const edge = { kind: "edge", origin, keyId: "K2JCJMDEHXQW5F", publicKey: "", parameter: "" } as const;
  const sign = createPullSigner(edge, privateKey);
  const digest = parseDigest(`sha256:${"a".repeat(64)}`);
  return async (number) => sign({ key: keyOf(number), digest, expires: Math.floor(Date.now() / 1000) });
}

/** microseconds of CPU for one signature */
async function cost(sign: (number: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let number = 0; number < SIGNATURES; number += 1) await sign(number);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / SIGNATURES;
}

const signers = {
  "our own presigner": signOurselves(),
  "the SDK's presigner": signBySdk(),
  "CloudFront, ECDSA": signForCloudFront(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
  "CloudFront, RSA": signForCloudFront(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
};
for (const [name, sign] of Object.entries(signers)) {
  await cost(sign);
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) costs.push(await cost(sign));
  const [least = 0] = costs.toSorted((a, b) => a - b);
  console.log(`${name}: ${least.toFixed(1)} microseconds of CPU (best of ${ROUNDS} x ${SIGNATURES})`);
}
