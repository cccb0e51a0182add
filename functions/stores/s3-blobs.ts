import { BLOB_LIMITS, type Blobs } from "../../shared/ports/blobs.ts";
import { checkBlobKey, checkPartSize } from "../../shared/stores/blob-limits.ts";
import { gather } from "../../shared/stores/chunks.ts";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "./s3-client.ts";
import { createS3Multiparts } from "./s3-multiparts.ts";
import { type Bucket, createS3Reads } from "./s3-reads.ts";
import { askS3 } from "./s3-refusals.ts";
import { BYTES, bodyOf, type WritableBucket } from "./s3-requests.ts";

type S3Blobs = Bucket & WritableBucket;

/** The Blob port on a bucket of S3. Bodies are gathered before they are sent: S3 takes none of unknown length. */
export function createS3Blobs({ client, partMemory, ...place }: S3Blobs): Blobs {
  const { bucket } = place;
  return {
    ...createS3Reads(place),
    ...createS3Multiparts({ client, bucket, partMemory }),
    put: async (key, body) => {
      checkBlobKey(key);
      const { size, chunks } = await gather(body, checkPartSize);
      const object = { Bucket: bucket, Key: key, Body: bodyOf(chunks), ContentType: BYTES };
      await askS3(() => client.send(new PutObjectCommand(object)));
      return { key, size };
    },
    remove: async (key) => {
      checkBlobKey(key);
      await askS3(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    },
    list: (prefix, after) => list({ client, bucket }, prefix, after),
  };
}

async function list(
  { client, bucket }: WritableBucket,
  prefix: string,
  after = "",
): ReturnType<Blobs["list"]> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix,
    MaxKeys: BLOB_LIMITS.page,
    ...(after !== "" && { StartAfter: after }),
  });
  const { Contents: found = [], IsTruncated: more } = await askS3(() => client.send(command));
  const entries = found.map(({ Key: key = "", Size: size = 0 }) => ({ key, size }));
  const last = entries.at(-1);
  return more === true && last ? { entries, next: last.key } : { entries };
}
