import type { IncomingMessage, ServerResponse } from "node:http";
import { bytesOf, forward, headersOf, type Proxy, relay, startProxy } from "../rights/proxy.ts";

/** What may befall one call of a store. */
export type Fault =
  /** the store has done it, and the connection ends before its answer; `meanwhile` happens in between */
  | { readonly kind: "lost"; readonly meanwhile?: () => void }
  /** the store says no, and has done nothing */
  | { readonly kind: "refused"; readonly status: number; readonly type: string; readonly body: string }
  /** the connection ends in the middle of the request */
  | { readonly kind: "cut" }
  /** the connection stays, and nothing comes */
  | { readonly kind: "silent" }
  /** it is done so many milliseconds later */
  | { readonly kind: "slow"; readonly milliseconds: number };

export interface FaultProxyOptions {
  readonly origin: string;
  /** the name of a call, as the service's reference has it */
  readonly nameOf: (request: IncomingMessage) => string;
  /** asked as each call arrives */
  readonly fate: (call: string) => Fault | undefined;
}

/** Stands before a store; a call that nothing befalls passes as it is, with its signature. */
export const startFaultProxy = ({ origin, nameOf, fate }: FaultProxyOptions): Promise<Proxy> =>
  startProxy({
    host: "127.0.0.1",
    log: () => {},
    handle: (request, response) => befall(fate(nameOf(request)), { origin, request, response }),
  });

interface Passing {
  readonly origin: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function befall(fault: Fault | undefined, passing: Passing): Promise<void> {
  const { request, response } = passing;
  switch (fault?.kind) {
    case undefined:
      return pass(passing);
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
      return pass(passing);
    case "lost":
      await bytesOf(await send(passing));
      fault.meanwhile?.();
      request.socket.destroy();
      return undefined;
    case "refused":
      await bytesOf(request);
      response.writeHead(fault.status, { "Content-Type": fault.type }).end(fault.body);
      return undefined;
    case "cut":
      request.once("readable", () => request.socket.destroy());
      return undefined;
    case "silent":
      request.resume();
  }
}

const pass = async (passing: Passing): Promise<void> => relay(await send(passing), passing.response);

function send({ origin, request }: Passing): Promise<IncomingMessage> {
  const { method = "", url: target = "/" } = request;
  return forward({ origin, method, target, headers: headersOf(request), body: request });
}

/** `UpdateItem` */
export const dynamoCall = ({ headers }: IncomingMessage): string =>
  String(headers["x-amz-target"]).replace(/^.*\./, "");

/** `UploadPart` */
export function s3Call({ method = "", url = "" }: IncomingMessage): string {
  const params = new URL(url, "http://s3").searchParams;
  const has = (name: string): boolean => params.has(name);
  switch (method) {
    case "POST":
      return has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
    case "PUT":
      return has("partNumber") ? "UploadPart" : "PutObject";
    case "DELETE":
      return has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
    case "HEAD":
      return "HeadObject";
    default:
      return has("uploadId") ? "ListParts" : "GetObject";
  }
}
