/** What is known of a request that failed. */
export type Failure =
  /** refused for too many requests; nothing was done */
  | "throttled"
  /** it never left this machine; nothing was done */
  | "not-sent"
  /** it was sent and no answer came, or the service stumbled over it: nobody knows what was done */
  | "lost"
  /** an answer of the service, by its name */
  | "answered";

/** What the SDK's errors, and Node's own, carry. */
export interface AwsError extends Error {
  /** of Node */
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const THROTTLED = new Set([
  "ThrottlingException",
  "Throttling",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "SlowDown",
]);
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const TOO_MANY = 429;
const SERVER_ERROR = 500;
const SUCCESS = { first: 200, last: 299 };

/** Everything that is not a refusal by name, or certain not to have been sent, counts as lost. Rethrows defects. */
export function failureOf(cause: unknown): { readonly failure: Failure; readonly error: AwsError } {
  if (!isAwsError(cause)) throw cause;
  return { failure: classify(cause), error: cause };
}

function isAwsError(cause: unknown): cause is AwsError {
  if (!(cause instanceof Error)) return false;
  return (
    "$metadata" in cause || "code" in cause || cause.name === "TimeoutError" || cause.name === "AbortError"
  );
}

function classify({ name, code, $metadata }: AwsError): Failure {
  const status = $metadata?.httpStatusCode;
  if (THROTTLED.has(name) || status === TOO_MANY) return "throttled";
  if (code !== undefined && NOT_SENT.has(code)) return "not-sent";
  if (status === undefined || status >= SERVER_ERROR) return "lost";
  // The service was content, but its answer can't be read.
  return status >= SUCCESS.first && status <= SUCCESS.last ? "lost" : "answered";
}

/** How often it was sent, as far as the SDK tells. */
export const attemptsOf = ({ $metadata }: AwsError): number => $metadata?.attempts ?? 1;
