import { GetObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPresigner, type Presign } from "../../functions/stores/presign.ts";

interface Input extends Presign {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** What AWS's own presigner makes of it, without checksums in the query. */
async function signedBySdk({ method, key, at, lifetime, ...input }: Input): Promise<string> {
  const { region, endpoint, bucket, accessKeyId, secretAccessKey, sessionToken } = input;
  const client = new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  });
  const Command = { GET: GetObjectCommand, HEAD: HeadObjectCommand }[method];
  const command = new Command({ Bucket: bucket, Key: key });
  return getSignedUrl(client, command, { expiresIn: lifetime, signingDate: new Date(at) });
}

function signedByUs({ method, key, at, lifetime, ...input }: Input): string {
  const { region, endpoint, bucket, accessKeyId, secretAccessKey, sessionToken } = input;
  const presign = createPresigner({
    region,
    bucket,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    ...(endpoint !== undefined && { endpoint }),
  });
  return presign({ method, key, at, lifetime });
}

/** Host, path, and every parameter with its value, whatever their order. */
function partsOf(url: string) {
  const { origin, pathname, searchParams } = new URL(url);
  return { origin, pathname, parameters: Object.fromEntries(searchParams) };
}

const BASE: Input = {
  method: "GET",
  key: "blobs/2026-11-24/0b9f3c52-5c8e-4a58-9d7c-2d4f8b1d6a11_5f0e",
  at: Date.UTC(2026, 10, 24, 16, 54, 0, 999),
  lifetime: 900,
  region: "eu-central-1",
  endpoint: undefined,
  bucket: "berth-team",
  accessKeyId: "ASIAQNZEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: "IQoJb3JpZ2luX2VjEJr//////////wEaDGV1LWNlbnRyYWwtMSJH+/==",
};

describe("a presigned URL", () => {
  it.each<readonly [string, Partial<Input>]>([
    ["of a role's session", {}],
    ["of a user, without a session", { sessionToken: undefined }],
    ["to ask for an object's head", { method: "HEAD" }],
    ["in another region", { region: "us-east-1" }],
    ["in a region of China", { region: "cn-north-1" }],
    ["of a stand-in", { endpoint: "http://127.0.0.1:7070" }],
    ["of a stand-in at the port that HTTP means", { endpoint: "http://s3.localhost" }],
    ["of a key with characters that must be escaped", { key: "a b/c+d/(e)!'*~/é/%41=&?#" }],
    ["that lives a second", { lifetime: 1 }],
    ["in the first second of a year", { at: Date.UTC(2027, 0, 1) }],
  ])("%s is the one that the SDK's presigner makes", async (_, change) => {
    const input = { ...BASE, ...change };
    expect(partsOf(signedByUs(input))).toEqual(partsOf(await signedBySdk(input)));
  });

  it("is that of the SDK's presigner whatever is signed", async () => {
    const word = (letters: string, minLength: number, maxLength: number) =>
      fc.string({ unit: fc.constantFrom(...letters.split("")), minLength, maxLength });
    const any = fc.record<Input>({
      method: fc.constantFrom("GET", "HEAD"),
      key: fc
        .array(word("abcdef0123456789-_", 1, 20), { minLength: 1, maxLength: 4 })
        .map((names) => names.join("/")),
      at: fc
        .date({ min: new Date("2024-01-01"), max: new Date("2099-01-01"), noInvalidDate: true })
        .map(Number),
      lifetime: fc.integer({ min: 1, max: 604_800 }),
      region: fc.constantFrom("us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2", "us-gov-west-1"),
      endpoint: fc.constantFrom(undefined, "http://127.0.0.1:9000"),
      bucket: word("abcdef0123456789-", 3, 40).map((name) => `b${name}b`),
      accessKeyId: word("ABCDEFGHIJ0123456789", 16, 20),
      secretAccessKey: word("abcABC012+/=", 20, 40),
      sessionToken: fc.option(word("abcABC012+/=", 100, 900), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(any, async (input) => {
        expect(partsOf(signedByUs(input))).toEqual(partsOf(await signedBySdk(input)));
      }),
      { numRuns: 100 },
    );
  });

  it("is signed with the key of its own day, also when days alternate", () => {
    const presign = createPresigner({ ...BASE, credentials: BASE } as Parameters<typeof createPresigner>[0]);
    const days = [0, 1, 0, 1].map((day) => BASE.at + day * 24 * 60 * 60 * 1000);
    const [first, second, third, fourth] = days.map((at) =>
      presign({ method: "GET", key: BASE.key, at, lifetime: 900 }),
    );
    expect([third, fourth]).toEqual([first, second]);
    expect(first).not.toBe(second);
  });

  it("carries no checksum of a body that is not there", () => {
    expect(signedByUs(BASE)).not.toMatch(/checksum/i);
  });
});
