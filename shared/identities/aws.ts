import { type Identity, normalizeArn } from "../access/identity.ts";
import type { Clock } from "../ports/clock.ts";
import { callerArn, errorCode } from "./aws-answer.ts";
import { parseAwsLogin, REGISTRY_HEADER, type StsRequest } from "./aws-login.ts";
import { boundedFetch, type Fetch, OutsideTrouble } from "./bounded-fetch.ts";
import { type Authenticate, AWS_NAME } from "./credentials.ts";
import { type Refused, refused } from "./refused.ts";
import { createTurns } from "./turns.ts";
import { vouched } from "./vouched.ts";

export interface AwsOptions {
  /** the hosts under which clients know this registry, as `registryHost` has them; never what a request says */
  readonly registries: readonly string[] | Promise<readonly string[]>;
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, "now">;
  /** told why a login failed, for the log; nothing secret */
  readonly onRefused: (reason: string) => void;
}

/** Anybody can send what looks like a request: no flood of them takes more of this process, or of STS's patience with it. */
const TURNS = { running: 16, waiting: 64 };
/** milliseconds: STS answers within some tenths of a second */
const PATIENCE = 5000;
/** bytes; an answer has some 500 */
const MOST = 16 * 1024;
/** STS's words for "try again" beside 429 and 5xx (AWS STS API Reference, Common Errors) */
const TRY_AGAIN = new Set(["Throttling", "ThrottlingException", "RequestLimitExceeded"]);

/**
 * Logs in whoever brings a request to AWS STS that they have signed for this registry: STS tells whose it is.
 * UNAVAILABLE where STS gives no verdict now; TOOMANYREQUESTS where too many wait for one.
 */
export function createAwsAuthenticate({ registries, fetch, clock, onRefused }: AwsOptions): Authenticate {
  const inTurn = createTurns(TURNS);
  const identify = async (secret: string, from: string | undefined): Promise<Identity | Refused> => {
    const request = parseAwsLogin(secret, { registries: await registries, now: clock.now() });
    return request.kind === "request" ? inTurn(() => ask(fetch, request), from) : request;
  };
  return vouched({ name: AWS_NAME, identify, onRefused });
}

async function ask(fetch: Fetch, { url, registry }: StsRequest): Promise<Identity | Refused> {
  const headers = { [REGISTRY_HEADER]: registry };
  const { status, text } = await boundedFetch(fetch, url, { patience: PATIENCE, most: MOST, headers });
  if (status === 200) return callerOf(text);
  const code = errorCode(text);
  const isVerdict = status >= 400 && status < 500 && status !== 429 && !TRY_AGAIN.has(code);
  if (isVerdict) return refused(`STS answers ${status} (${code})`);
  throw new OutsideTrouble(`${url.host} answers ${status} (${code})`);
}

function callerOf(xml: string): Identity {
  const arn = callerArn(xml);
  if (arn === undefined) throw new OutsideTrouble("STS answers what it never does");
  return { kind: "aws", ...normalizeArn(arn) };
}
