import type { Blobs } from "../../shared/ports/blobs.ts";
import { createS3Blobs } from "../stores/s3-blobs.ts";
import { connectS3 } from "../stores/s3-client.ts";
import type { Bucket } from "../stores/s3-reads.ts";
import type { Trace } from "../telemetry/telemetry.ts";

/** To be imported on demand: it brings the S3 client. */
export const openS3 = (bucket: Bucket, watch: Trace["watch"]): Blobs =>
  createS3Blobs({ client: watch(connectS3(bucket)), ...bucket });
