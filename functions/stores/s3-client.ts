import { S3Client } from "@aws-sdk/client-s3";
import type { Credentials, Place } from "./credentials.ts";

export type { S3Client } from "@aws-sdk/client-s3";
/** The one file that knows the package. */
export {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  waitUntilObjectExists,
} from "@aws-sdk/client-s3";

/** "short": three tries stay below the half minute that a request has; "long": as long as bytes go on moving. */
export type Patience = "short" | "long";

interface Connection extends Place {
  readonly credentials: Credentials;
  readonly patience?: Patience;
}

/** milliseconds */
const TIMEOUTS = {
  short: { connectionTimeout: 1000, requestTimeout: 6000, throwOnRequestTimeout: true },
  long: { connectionTimeout: 3000, socketTimeout: 20_000 },
} as const satisfies Record<Patience, object>;
const ATTEMPTS = 3;

/**
 * Every request that we send may be repeated: keys are fresh, part numbers used once, and what is gone when it is to be
 * removed or completed again is an answer of the port.
 *
 * Bytes are verified in transit by the SHA-256 of the body, which the SDK signs for a body of known length and S3
 * compares (x-amz-content-sha256, else 400 XAmzContentSHA256Mismatch). The SDK would by default add a CRC32 of its own,
 * for bodies that stream as an aws-chunked trailer: a second pass over the bytes that shows nothing more, and one that
 * S3 would want to see again for each part of a completion. Hence WHEN_REQUIRED.
 */
export function connectS3({ region, endpoint, credentials, patience = "short" }: Connection): S3Client {
  return new S3Client({
    region,
    credentials,
    retryMode: "standard",
    maxAttempts: ATTEMPTS,
    requestHandler: TIMEOUTS[patience],
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  });
}
