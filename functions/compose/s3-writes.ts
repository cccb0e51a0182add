import type { Blobs } from "../../shared/ports/blobs.ts";
import type { PartMemory } from "../stores/part-memory.ts";
import { createS3Blobs } from "../stores/s3-blobs.ts";
import { connectS3, type Patience } from "../stores/s3-client.ts";
import type { Bucket } from "../stores/s3-reads.ts";
import type { Trace } from "../telemetry/telemetry.ts";

/** How much a process has to do with one bucket at a time; a function does one thing, and soon. */
export interface S3Manner {
  readonly patience?: Patience;
  readonly partMemory?: PartMemory;
}

/** To be imported on demand: it brings the S3 client. */
export const openS3 = (bucket: Bucket, watch: Trace["watch"], { patience, partMemory }: S3Manner): Blobs =>
  createS3Blobs({
    client: watch(connectS3({ ...bucket, ...(patience && { patience }) })),
    ...bucket,
    partMemory,
  });
