/**
 * Every error that a registry may answer, with its status: the one table that owns both.
 * Codes: distribution-spec § Error Codes; RANGE_INVALID, TAG_INVALID and PAGINATION_NUMBER_INVALID are Docker's;
 * UNAVAILABLE is ours, for the 503 that the specification leaves open, UNKNOWN is Docker's for a defect. Names that
 * share a code differ in status. REQUEST_INVALID to NO_ADMINISTRATOR are ours, of the administration.
 * MALFORMED_REQUEST and what follows it speak of HTTP itself: a server answers with them.
 */
export const OCI_ERRORS = {
  BLOB_UNKNOWN: { status: 404, message: "blob unknown to registry" },
  BLOB_UPLOAD_INVALID: { status: 400, message: "blob upload invalid" },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: "blob upload unknown to registry" },
  DIGEST_INVALID: { status: 400, message: "provided digest did not match uploaded content, or is malformed" },
  MANIFEST_BLOB_UNKNOWN: { status: 404, message: "manifest references a blob unknown to registry" },
  MANIFEST_INVALID: { status: 400, message: "manifest invalid" },
  MANIFEST_TOO_LARGE: { status: 413, message: "manifest too large", code: "MANIFEST_INVALID" },
  MANIFEST_UNKNOWN: { status: 404, message: "manifest unknown to registry" },
  NAME_INVALID: { status: 400, message: "invalid repository name" },
  NAME_UNKNOWN: { status: 404, message: "repository name not known to registry" },
  PAGINATION_NUMBER_INVALID: { status: 400, message: "invalid number of results requested" },
  RANGE_INVALID: { status: 416, message: "range does not fit" },
  SIZE_INVALID: { status: 400, message: "provided length did not match content length" },
  TAG_INVALID: { status: 400, message: "tag name is invalid" },
  TAGS_TOO_MANY: { status: 414, message: "too many tags in one request", code: "TAG_INVALID" },
  UNAUTHORIZED: { status: 401, message: "authentication required" },
  CREDENTIALS_WRONG: {
    status: 401,
    message: "wrong name, password or key, or no longer valid",
    code: "UNAUTHORIZED",
  },
  DENIED: { status: 403, message: "requested access to the resource is denied" },
  UNSUPPORTED: { status: 405, message: "the operation is unsupported" },
  NOT_FOUND: { status: 404, message: "no such endpoint", code: "UNSUPPORTED" },
  TOKEN_REQUEST_INVALID: { status: 400, message: "invalid request for a token", code: "UNSUPPORTED" },
  TOOMANYREQUESTS: { status: 429, message: "too many requests" },
  UNAVAILABLE: { status: 503, message: "the registry can't serve this now; try again" },
  REQUEST_INVALID: { status: 400, message: "the request is not what this endpoint takes" },
  REQUEST_TOO_LARGE: { status: 413, message: "the request is too large", code: "REQUEST_INVALID" },
  ACCOUNT_UNKNOWN: { status: 404, message: "no such person or robot" },
  ACCOUNT_EXISTS: { status: 409, message: "a person or a robot has this name already" },
  ACCESS_KEY_UNKNOWN: { status: 404, message: "no such access key" },
  ACCESS_KEY_EXISTS: { status: 409, message: "the owner has an access key of this name already" },
  ACCESS_KEY_CHANGED: { status: 409, message: "somebody else has just rotated the access key" },
  ACCESS_KEYS_TOO_MANY: { status: 409, message: "the owner has as many access keys as it may have" },
  POLICY_INVALID: { status: 400, message: "the text is no policy" },
  NO_ADMINISTRATOR: {
    status: 409,
    message: "nobody could administer the registry then",
  },
  MALFORMED_REQUEST: { status: 400, message: "malformed HTTP request", code: "UNSUPPORTED" },
  REQUEST_TIMEOUT: { status: 408, message: "the request did not come in time", code: "UNSUPPORTED" },
  EXPECTATION_FAILED: { status: 417, message: "only 100-continue can be expected", code: "UNSUPPORTED" },
  HEADERS_TOO_LARGE: { status: 431, message: "the headers are too large", code: "UNSUPPORTED" },
  INTERNAL: {
    status: 500,
    message: "internal error; the log has more under this request id",
    code: "UNKNOWN",
  },
} as const satisfies Record<string, { status: number; message: string; code?: string }>;

export type OciErrorName = keyof typeof OCI_ERRORS;

/** What the client can use to mend its request; JSON, shown to the client as it is. */
export type ErrorDetail = Readonly<Record<string, string | number | readonly string[]>>;

/** A refusal in the contract's terms. Anything else that is thrown is a defect and ends in a 500. */
export class OciError extends Error {
  readonly reason: OciErrorName;
  readonly detail: ErrorDetail | undefined;

  /** `message`: instead of the table's, where the client's user should read more than that */
  constructor(
    reason: OciErrorName,
    detail?: ErrorDetail,
    { message = OCI_ERRORS[reason].message, ...options }: ErrorOptions & { readonly message?: string } = {},
  ) {
    super(message, options);
    this.name = "OciError";
    this.reason = reason;
    this.detail = detail;
  }

  get status(): number {
    return OCI_ERRORS[this.reason].status;
  }

  /** The code on the wire: mostly the name itself. */
  get code(): string {
    const entry = OCI_ERRORS[this.reason];
    return "code" in entry ? entry.code : this.reason;
  }
}
