import { type Identity, normalizeArn } from "../access/identity.ts";
import { OciError } from "../oci/errors.ts";
import type { Clock } from "../ports/clock.ts";
import { callerArn, errorCode } from "./aws-answer.ts";
import { parseAwsLogin, REGISTRY_HEADER, type StsRequest } from "./aws-login.ts";
import { boundedFetch, type Fetch, OutsideTrouble } from "./bounded-fetch.ts";
import { type Authenticate, AWS_NAME } from "./credentials.ts";
import { type Refused, refused } from "./refused.ts";

export interface AwsOptions {
  /** the hosts under which clients know this registry, as `registryHost` has them; never what a request says */
  readonly registries: readonly string[];
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, "now">;
  /** told why a request is not taken, for the log; nothing secret */
  readonly onRefused: (reason: string) => void;
}

/** milliseconds: STS answers within some tenths of a second */
const PATIENCE = 5000;
/** bytes; an answer has some 500 */
const MOST = 16 * 1024;
/** STS's words for "try again" beside 429 and 5xx (AWS STS API Reference, Common Errors) */
const TRY_AGAIN = new Set(["Throttling", "ThrottlingException", "RequestLimitExceeded"]);

/**
 * Logs in whoever brings a request to AWS STS that they have signed for this registry: STS tells whose it is.
 * UNAVAILABLE where STS gives no verdict now.
 */
export function createAwsAuthenticate({ registries, fetch, clock, onRefused }: AwsOptions): Authenticate {
  return async ({ name, secret }) => {
    if (name !== AWS_NAME) return "unknown";
    const request = parseAwsLogin(secret, { registries, now: clock.now() });
    const identity = request.kind === "request" ? await ask(fetch, request) : request;
    if (identity.kind !== "refused") return identity;
    onRefused(identity.reason);
    return "unknown";
  };
}

async function ask(fetch: Fetch, { url, registry }: StsRequest): Promise<Identity | Refused> {
  try {
    const headers = { [REGISTRY_HEADER]: registry };
    const { status, text } = await boundedFetch(fetch, url, { patience: PATIENCE, most: MOST, headers });
    if (status === 200) return callerOf(text);
    const code = errorCode(text);
    if (status >= 400 && status < 500 && status !== 429 && !TRY_AGAIN.has(code)) {
      return refused(`STS answers ${status} (${code})`);
    }
    throw new OutsideTrouble(`${url.host} answers ${status} (${code})`);
  } catch (cause) {
    if (!(cause instanceof OutsideTrouble)) throw cause;
    throw new OciError("UNAVAILABLE", { reason: cause.message }, { cause });
  }
}

function callerOf(xml: string): Identity {
  const arn = callerArn(xml);
  if (arn === undefined) throw new OutsideTrouble("STS answers what it never does");
  return { kind: "aws", ...normalizeArn(arn) };
}
