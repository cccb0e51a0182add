import type { IncomingMessage, ServerResponse } from "node:http";
import type { Judge, Verdict } from "./identities.ts";
import { forward, headersOf, type Proxy, relay, startProxy } from "./proxy.ts";
import { listAccess, type S3Call, s3Accesses } from "./s3-actions.ts";
import { type Claim, claimOf, type Signable, signatureOf } from "./sigv4.ts";

export interface S3ProxyOptions {
  /** the S3 server, which verifies signatures, and its one user */
  readonly origin: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly host: string;
  readonly judge: Judge;
  readonly log: (line: string) => void;
}

/**
 * S3 as a role sees it. Each request is verified and judged here, then signed anew for the server's one user with the
 * same time and lifetime, so that the server still judges when a presigned URL is over.
 */
export function startS3Proxy(options: S3ProxyOptions): Promise<Proxy> {
  const { host, log } = options;
  return startProxy({ host, log, handle: (request, response) => handle(request, response, options) });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: S3ProxyOptions,
): Promise<void> {
  const { method = "" } = request;
  const [path = "/", rawQuery = ""] = (request.url ?? "/").split("?");
  const { query, signature } = withoutSignature(rawQuery);
  const headers = headersOf(request);
  const signable = { method, path, query, headers };
  const call = callOf(signable);
  const verdict = options.judge.judge(signable, claimOf(signable, { signature }), s3Accesses(call));
  if (verdict.kind === "refused") {
    request.resume();
    return refuse(response, verdict);
  }
  const { target, headers: signed } = signAnew(signable, verdict.claim, options);
  const answer = await forward({
    origin: options.origin,
    method,
    target,
    headers: signed,
    body: request,
  });
  const isAbsent = answer.statusCode === 404 && (method === "GET" || method === "HEAD");
  // S3 tells whether an object exists only to those who may list its bucket
  if (isAbsent && !options.judge.permits(verdict.identity, listAccess(call.bucket))) {
    answer.resume();
    return refuse(response, { code: "AccessDenied", message: "Access Denied" });
  }
  await relay(answer, response);
}

function withoutSignature(query: string): { readonly query: string; readonly signature: string | undefined } {
  const pairs = query.split("&");
  const isSignature = (pair: string): boolean => pair.startsWith("X-Amz-Signature=");
  return {
    query: pairs.filter((pair) => !isSignature(pair)).join("&"),
    signature: pairs.find(isSignature)?.split("=")[1],
  };
}

function callOf({ method, path, query, headers }: Signable): S3Call {
  const [bucket = "", ...key] = path.slice(1).split("/");
  const copySource = headers["x-amz-copy-source"];
  return {
    method,
    bucket,
    key: decodeURIComponent(key.join("/")),
    query: new URLSearchParams(query),
    ...(copySource !== undefined && { copySource: decodeURIComponent(copySource) }),
  };
}

function refuse(
  response: ServerResponse,
  { code, message }: Omit<Verdict & { kind: "refused" }, "kind">,
): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  response.writeHead(403, { "Content-Type": "application/xml", Connection: "close" }).end(xml);
}

/** The same request, signed by the user that the server knows. */
function signAnew(
  { method, path, query, headers }: Signable,
  claim: Claim,
  { origin, accessKeyId, secretAccessKey }: S3ProxyOptions,
): { readonly target: string; readonly headers: Record<string, string> } {
  const { "x-amz-security-token": _token, authorization: _old, ...kept } = headers;
  const host = new URL(origin).host;
  const own = { ...kept, host };
  const signedHeaders = claim.signedHeaders.filter((name) => name !== "x-amz-security-token");
  const credential = `${accessKeyId}/${claim.scope}`;
  const pairs = query.split("&").filter((pair) => pair !== "" && !pair.startsWith("X-Amz-Security-Token="));
  const ownPairs = pairs.map((pair) =>
    pair.startsWith("X-Amz-Credential=") ? `X-Amz-Credential=${encodeURIComponent(credential)}` : pair,
  );
  const ownQuery = ownPairs.join("&");
  const signature = signatureOf(
    { method, path, query: ownQuery, headers: own },
    { ...claim, signedHeaders },
    secretAccessKey,
  );
  const target = (text: string): string => (text === "" ? path : `${path}?${text}`);
  if (claim.place === "query") {
    return { target: target(`${ownQuery}&X-Amz-Signature=${signature}`), headers: own };
  }
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return { target: target(ownQuery), headers: { ...own, authorization } };
}
