import { BlobRuleError, type Blobs, type ByteRange } from "../../shared/ports/blobs.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { checkBlobKey, checkRange } from "../../shared/stores/blob-limits.ts";
import type { Credentials, Place } from "./credentials.ts";
import { createPresigner, type Presign } from "./presign.ts";
import { type Answer, signedFetch } from "./signed-fetch.ts";
import { urlLifetime } from "./url-lifetime.ts";

/** A bucket of S3, and what reading it takes. */
export interface Bucket extends Place {
  readonly bucket: string;
  readonly credentials: Credentials;
  readonly clock: Pick<Clock, "now" | "sleep" | "random">;
}

/**
 * What of the Blob port only reads, without the SDK, which would be most of a reading function's bundle. `open` asks
 * nobody: it signs a URL, also of an object that is absent, which S3 then tells the client.
 */
export function createS3Reads({
  clock,
  credentials,
  ...place
}: Bucket): Pick<Blobs, "head" | "read" | "open"> {
  const presign = createPresigner({ ...place, credentials });
  const sign = (method: Presign["method"], key: string): string => {
    const at = clock.now();
    return presign({ method, key, at, lifetime: urlLifetime(at, credentials.assuredUntil) });
  };
  const ask = (method: Presign["method"], key: string, headers: Readonly<Record<string, string>> = {}) => {
    checkBlobKey(key);
    return signedFetch(clock, () => sign(method, key), { method, headers });
  };
  return {
    head: async (key) => {
      const answer = await ask("HEAD", key);
      if (answer.status === ABSENT) return undefined;
      if (answer.status !== OK) throw await refusal(answer, key);
      return Number(answer.headers.get("Content-Length"));
    },
    read: async (key, range) => {
      if (!range) return whole(await ask("GET", key), key);
      checkRange(range, Number.POSITIVE_INFINITY);
      const answer = await ask("GET", key, { Range: `bytes=${range.first}-${range.last}` });
      return part(answer, key, range);
    },
    open: async (key, { method = "GET" } = {}) => {
      checkBlobKey(key);
      return { kind: "redirect", url: sign(method, key) };
    },
  };
}

const OK = 200;
const PARTIAL = 206;
const ABSENT = 404;
const UNSATISFIABLE = 416;

async function whole(answer: Answer, key: string) {
  if (answer.status === OK) return answer.bytes();
  return absent(answer, key);
}

async function part(answer: Answer, key: string, range: ByteRange) {
  if (answer.status === UNSATISFIABLE) {
    await answer.drop();
    throw new BlobRuleError(`InvalidRange: bytes ${range.first} to ${range.last} of '${key}'`);
  }
  if (answer.status !== PARTIAL) return absent(answer, key);
  const size = Number(answer.headers.get("Content-Range")?.split("/")[1]);
  // S3 cuts a range that goes beyond the end.
  if (!(range.last < size)) await answer.drop();
  checkRange(range, size);
  return answer.bytes();
}

async function absent(answer: Answer, key: string): Promise<undefined> {
  if (answer.status !== ABSENT) throw await refusal(answer, key);
  const text = await answer.text();
  if (codeOf(text) === "NoSuchBucket") throw new Error(`S3 knows no such bucket: ${text}`);
  return undefined;
}

/** What no answer of S3 should be: a defect, or rights that lack. */
async function refusal(answer: Answer, key: string): Promise<Error> {
  const code = codeOf(await answer.text());
  return new Error(
    `S3 answers ${answer.status} ${code} for '${key}': the function's role needs s3:GetObject, and s3:ListBucket, ` +
      "without which S3 tells absent objects as forbidden ones",
  );
}

const codeOf = (text: string): string => /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? "(no code)";
