import type { Context } from "aws-lambda";
import { auditing } from "../../shared/audit/audited.ts";
import type { Audit } from "../../shared/audit/event.ts";
import type { Throttle } from "../../shared/auth/throttle/throttle.ts";
import { throttled } from "../../shared/auth/throttle/throttled-authority.ts";
import { withoutBody } from "../../shared/http/answers.ts";
import type { Authority } from "../../shared/http/authority.ts";
import type { HttpAnswer, HttpHandler } from "../../shared/http/messages.ts";
import { refusal } from "../../shared/http/refusal.ts";
import type { HttpHandlerOptions } from "../../shared/http/serve.ts";
import type { Caller } from "../../shared/registry/registry.ts";
import { errorText } from "../telemetry/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type About, aboutRequest } from "./about.ts";
import { type Deadline, deadlineOf, inTime } from "./deadline.ts";
import { noting } from "./noting.ts";
import { type GatewayEvent, type GatewayRequest, requestOf } from "./request.ts";
import { bodySize, type GatewayResult, resultOf } from "./result.ts";
import { tellAnswer } from "./tell-answer.ts";

/** Milliseconds of an invocation that are kept for saying that it came to no end: Lambda says it less clearly. */
const RESERVE = 1000;

/** What the answer to one request may know beside the request. */
export interface Invocation {
  readonly deadline: Deadline;
  readonly authority: Authority;
  /** told who does what, and what is denied to whom */
  readonly audit: Audit;
  /** tells the audit what is done to a registry */
  readonly watch: NonNullable<HttpHandlerOptions["watch"]>;
  /** told why, whenever a store can't serve and the client gets a 503 */
  readonly onUnavailable: (error: Error) => void;
}

/** Made anew for each invocation, because its stores end with it. */
export type HandlerFor = (invocation: Invocation) => HttpHandler;

/** Who senders are, and where they are. */
export interface Senders {
  readonly authority: Authority;
  /** how much anybody may ask; where it is not given, as much as they like */
  readonly throttle?: Throttle;
  /** what the edge shows to prove that a request came by it; empty where there is none */
  readonly edge: string;
}

export interface Serving extends Senders {
  readonly telemetry: Telemetry;
  readonly handlerFor: HandlerFor;
}

export type GatewayHandler = (event: GatewayEvent, context: Context) => Promise<GatewayResult>;

/** Serves the events of an HTTP API. Rejects for no request, whatever it holds and whatever fails behind it. */
export const serveGateway =
  (serving: Serving): GatewayHandler =>
  (event, context) => {
    const startedAt = performance.now();
    const { telemetry } = serving;
    telemetry.log.addContext(context);
    const request = requestOf(event, serving.edge);
    const about = aboutRequest(request);
    const { authority: noted, caller } = noting(serving.authority);
    // Around what is noted: also who is refused is named in the log.
    const authority = serving.throttle ? throttled(noted, serving.throttle) : noted;
    return telemetry.record(about.operation, async (annotate) => {
      const result = await resultFor(request, context, { ...serving, authority });
      annotate("operation", about.operation);
      if (about.repository !== undefined) annotate("repository", about.repository);
      annotate("status", result.statusCode);
      const milliseconds = performance.now() - startedAt;
      tell(telemetry, { request, about, result, caller: caller(), milliseconds });
      return result;
    });
  };

async function resultFor(
  request: GatewayRequest,
  context: Context,
  { handlerFor, authority, telemetry: { log } }: Serving,
): Promise<GatewayResult> {
  const deadline = deadlineOf(context, RESERVE);
  const onUnavailable = (error: Error) => log.warn("a store can't serve", { error: errorText(error) });
  const { audit } = log;
  const handler = handlerFor({ deadline, authority, audit, watch: auditing(audit), onUnavailable });
  try {
    const result = await inTime(handler(request).then(resultOf), deadline);
    if (result !== "late") return result;
    log.warn("came to no end in the time of an invocation: answered 503");
    return await resultOf(forMethod(request, late()));
  } catch (error) {
    log.error("a defect: answered 500", { error: errorText(error) });
    return resultOf(forMethod(request, refusal("INTERNAL", { requestId: context.awsRequestId })));
  }
}

const late = (): HttpAnswer =>
  refusal("UNAVAILABLE", { reason: "the request came to no end in the time that a function has" });

const forMethod = ({ method }: GatewayRequest, answer: HttpAnswer): HttpAnswer =>
  method === "HEAD" ? withoutBody(answer) : answer;

interface Served {
  readonly request: GatewayRequest;
  readonly about: About;
  readonly result: GatewayResult;
  readonly caller: Caller;
  readonly milliseconds: number;
}

function tell(telemetry: Telemetry, { request, about, result, caller, milliseconds }: Served): void {
  tellAnswer(telemetry, {
    about,
    method: request.method,
    status: result.statusCode,
    digest: result.headers["Docker-Content-Digest"],
    bytesIn: request.size,
    bytesOut: bodySize(result),
    caller,
    milliseconds,
  });
}
