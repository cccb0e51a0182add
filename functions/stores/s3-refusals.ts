import { BlobRuleError, BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import { failureOf } from "./aws-errors.ts";

/** Amazon S3 API Reference, Error responses: what the caller has done wrong */
const BROKEN_RULES = new Set([
  "EntityTooLarge",
  "EntityTooSmall",
  "InvalidArgument",
  "InvalidPart",
  "InvalidPartOrder",
  "KeyTooLongError",
  "MalformedXML",
]);
/** …and what the network or another request has, so that it may go well the next time */
const PASSING = new Set([
  "BadDigest",
  "IncompleteBody",
  "OperationAborted",
  "RequestTimeout",
  "XAmzContentSHA256Mismatch",
]);

/** Asks S3. Throws a BlobStoreUnavailableError, a BlobRuleError, or what it was, a defect. */
export async function askS3<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (cause) {
    throw failure(cause);
  }
}

/** The same of a multipart upload: "gone" where S3 knows no such one. */
export async function askUpload<Answer>(send: () => Promise<Answer>): Promise<Answer | "gone"> {
  try {
    return await send();
  } catch (cause) {
    if (cause instanceof Error && cause.name === "NoSuchUpload") return "gone";
    throw failure(cause);
  }
}

function failure(cause: unknown): unknown {
  const { failure: kind, error } = failureOf(cause);
  const { name, message } = error;
  if (kind !== "answered" || PASSING.has(name)) {
    return new BlobStoreUnavailableError(`S3 can't do it now: ${name}: ${message}`, { cause });
  }
  return BROKEN_RULES.has(name) ? new BlobRuleError(`${name}: ${message}`, { cause }) : cause;
}
