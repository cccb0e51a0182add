import { type ErrorDetail, OCI_ERRORS, OciError, type OciErrorName } from "../oci/errors.ts";
import { BlobStoreUnavailableError } from "../ports/blobs.ts";
import { StoreUnavailableError } from "../ports/table.ts";
import { type Headers, json } from "./answers.ts";
import type { HttpAnswer } from "./messages.ts";

/** A refusal with something to tell beside its JSON: which methods there are, where an upload stands. */
export class HttpRefusal extends OciError {
  readonly headers: Headers;

  constructor(
    reason: OciErrorName,
    detail: ErrorDetail | undefined,
    headers: Headers,
    options?: { readonly message: string },
  ) {
    super(reason, detail, options);
    this.headers = headers;
  }
}

/** Seconds until another try makes sense. */
const RETRY_AFTER: Partial<Record<OciErrorName, string>> = { TOOMANYREQUESTS: "1", UNAVAILABLE: "5" };

/** An error in the contract's form (distribution-spec § Error Codes). */
export function refusal(
  reason: OciErrorName,
  detail?: ErrorDetail,
  headers: Headers = {},
  message: string = OCI_ERRORS[reason].message,
): HttpAnswer {
  const entry = OCI_ERRORS[reason];
  const error = {
    code: "code" in entry ? entry.code : reason,
    message,
    ...(detail && { detail }),
  };
  const retryAfter = RETRY_AFTER[reason];
  return json(
    entry.status,
    { errors: [error] },
    { ...(retryAfter && { "Retry-After": retryAfter }), ...headers },
  );
}

/** The answer to what an operation threw; throws it again where it is no refusal, but a defect or a client gone. */
export function refusalOf(error: unknown): HttpAnswer {
  if (error instanceof OciError) {
    const headers = error instanceof HttpRefusal ? error.headers : {};
    return refusal(error.reason, error.detail, headers, error.message);
  }
  if (isUnavailable(error)) return refusal("UNAVAILABLE");
  throw error;
}

/** A store can't be reached or can't write: the operator should know, the client may try again. */
export const isUnavailable = (error: unknown): error is StoreUnavailableError | BlobStoreUnavailableError =>
  error instanceof StoreUnavailableError || error instanceof BlobStoreUnavailableError;
