import {
  BLOB_LIMITS,
  BlobStoreUnavailableError,
  type Blobs,
  type Multipart,
  type Part,
} from "../../shared/ports/blobs.ts";
import { checkBlobKey, checkCompletion, checkPartNumber } from "../../shared/stores/blob-limits.ts";
import { partBytes } from "./part-bytes.ts";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  waitUntilObjectExists,
} from "./s3-client.ts";
import { askS3, askUpload } from "./s3-refusals.ts";
import { BYTES, type WritableBucket } from "./s3-requests.ts";

type Multiparts = Pick<
  Blobs,
  "createMultipart" | "uploadPart" | "completeMultipart" | "abortMultipart" | "listMultiparts"
>;

/** The Blob port's multipart uploads, which are those of S3. */
export function createS3Multiparts({ client, bucket, partMemory }: WritableBucket): Multiparts {
  const named = ({ key, id }: Multipart) => ({ Bucket: bucket, Key: key, UploadId: id });
  /** A server may hang up on the bytes of a part whose upload is gone, rather than say so: look. Rethrows else. */
  const goneElse = async (multipart: Multipart, cause: unknown): Promise<"gone"> => {
    const look = new ListPartsCommand({ ...named(multipart), MaxParts: 1 });
    const found = await askUpload(() => client.send(look)).catch(() => "unknown");
    if (found !== "gone") throw cause;
    return found;
  };
  return {
    createMultipart: async (key) => {
      checkBlobKey(key);
      const command = new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: BYTES });
      const { UploadId: id } = await askS3(() => client.send(command));
      return { key, id: told(id, "UploadId") };
    },
    uploadPart: async (multipart, number, body, length) => {
      checkBlobKey(multipart.key);
      checkPartNumber(number);
      const { size, release, failing, ...bytes } = await partBytes(body, length, partMemory);
      try {
        const command = new UploadPartCommand({ ...named(multipart), PartNumber: number, ...bytes });
        const sent = askUpload(() => client.send(command, failing && { abortSignal: failing }));
        const answer = await sent.catch((cause) =>
          goneElse(multipart, failing?.aborted ? failing.reason : cause),
        );
        if (answer === "gone") return { outcome: "gone" };
        release("taken");
        return { outcome: "stored", part: { number, etag: told(answer.ETag, "ETag"), size: size() } };
      } finally {
        release("failed");
      }
    },
    completeMultipart: async (multipart, parts) => {
      checkBlobKey(multipart.key);
      checkCompletion(parts, () => true);
      const joined = { Parts: parts.map(listed) };
      const command = new CompleteMultipartUploadCommand({ ...named(multipart), MultipartUpload: joined });
      const answer = await askUpload(() => client.send(command));
      if (answer === "gone") return { outcome: "gone" };
      if (answer.$metadata.attempts !== 1) await untilThere(client, named(multipart));
      return { outcome: "completed" };
    },
    abortMultipart: async (multipart) => {
      checkBlobKey(multipart.key);
      await askUpload(() => client.send(new AbortMultipartUploadCommand(named(multipart))));
    },
    listMultiparts: (prefix, after) => listMultiparts({ client, bucket }, prefix, after),
  };
}

/** seconds: S3 joins parts in some minutes at most (API Reference, CompleteMultipartUpload) */
const JOINING = { minDelay: 1, maxDelay: 5, maxWaitTime: 300 };

/** A server may call done what it still does for an earlier try, whose answer has not come in time: waits for the object. */
async function untilThere(client: S3Client, { Bucket, Key }: { Bucket: string; Key: string }): Promise<void> {
  try {
    await waitUntilObjectExists({ client, ...JOINING }, { Bucket, Key });
  } catch (cause) {
    throw new BlobStoreUnavailableError("S3 says that it has joined parts, and does not have the object", {
      cause,
    });
  }
}

/** S3 knows which bytes each number and ETag stand for; sizes are our own affair. */
const listed = ({ number, etag }: Part) => ({ PartNumber: number, ETag: etag });

/** Between a key and an upload's id, neither of which has one. */
const SEPARATOR = " ";

async function listMultiparts(
  { client, bucket }: WritableBucket,
  prefix: string,
  after = "",
): ReturnType<Blobs["listMultiparts"]> {
  const [key, id] = after.split(SEPARATOR);
  const command = new ListMultipartUploadsCommand({
    Bucket: bucket,
    Prefix: prefix,
    MaxUploads: BLOB_LIMITS.page,
    ...(key && { KeyMarker: key }),
    ...(id && { UploadIdMarker: id }),
  });
  const answer = await askS3(() => client.send(command));
  const entries = (answer.Uploads ?? []).map(({ Key, UploadId }) => ({
    key: told(Key, "Key"),
    id: told(UploadId, "UploadId"),
  }));
  if (answer.IsTruncated !== true) return { entries };
  const marks = [told(answer.NextKeyMarker, "NextKeyMarker"), answer.NextUploadIdMarker ?? ""];
  return { entries, next: marks.join(SEPARATOR) };
}

/** What S3 always tells. */
function told(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`an answer of S3 without ${name}`);
  return value;
}
