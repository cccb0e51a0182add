import type { DynamoOperation, S3Operation } from "../../test/costs/counting/recorder.ts";

const MIB = 1024 * 1024;

/** What nobody has measured on AWS yet. The bills depend on it, the counts don't. */
export const ASSUMED = {
  /** milliseconds that one call takes */
  calls: {
    GetItem: 4,
    BatchGetItem: 6,
    Query: 6,
    PutItem: 6,
    UpdateItem: 6,
    DeleteItem: 6,
    TransactWriteItems: 15,
    PutObject: 30,
    CreateMultipartUpload: 30,
    UploadPart: 30,
    CompleteMultipartUpload: 60,
    ListObjectsV2: 30,
    ListMultipartUploads: 30,
    GetObject: 30,
    HeadObject: 20,
    DeleteObject: 20,
    AbortMultipartUpload: 20,
  } satisfies Record<DynamoOperation | S3Operation, number>,
  /** milliseconds that KMS takes for a signature */
  signature: 20,
  /** bytes in a millisecond, of bodies that pass a function: received, hashed, sent to S3 */
  bytesPerMillisecond: (40 * MIB) / 1000,
  /** the share of requests that meet a cold start, and its milliseconds (billed since 2025-08) */
  coldShare: 0.01,
  coldStart: 500,
  /** bytes of log for each request at level `info`: the function's line and metrics, Lambda's lines, the API's access log */
  logBytes: 2000,
  /** bytes of headers beside each answer's body */
  headerBytes: 1000,
  /** Of the metrics that functions/telemetry/metrics.ts publishes, each is paid for the hours in which it is published. */
  metrics: 5,
} as const;

/** sweeps of a month (infra/sweep-schedule.ts: every day) */
export const MONTH_SWEEPS = 30;
/** Old versions of objects are kept so long: infra/storage.ts, 45 days. */
export const OLD_VERSION_MONTHS = 45 / 30;
/** Logs are kept so long: the setting logRetentionDays, three months. */
export const LOG_MONTHS = 3;
