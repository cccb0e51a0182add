/**
 * The function of the edge in front of the API: CloudFront runs it (JavaScript runtime 2.0, hence the plain words) on every
 * request that does not go to the upload door. An origin is asked by its own host, and from an address of CloudFront: what host
 * the client asked, which is where it has to get tokens, and from where, goes along in headers
 * (functions/gateway/behind-edge.ts).
 */
import cf from "cloudfront";

/** Developer Guide: "CloudFront Functions event structure". */
interface ViewerRequest {
  readonly method: string;
  readonly headers: {
    readonly host: { readonly value: string };
    readonly "content-length"?: { readonly value: string };
    "x-berth-host"?: { readonly value: string };
    "x-berth-address"?: { readonly value: string };
  };
}
interface ViewerEvent {
  readonly viewer: { readonly ip: string };
  readonly request: ViewerRequest;
}
interface Answer {
  readonly statusCode: number;
  readonly statusDescription: string;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
  readonly body: { readonly encoding: "text"; readonly data: string };
}

/** which origin answers HEAD: filled in where the distribution is made, and so is the next */
declare const HEAD_ORIGIN: string;
/** bytes that a request to the API may bring; 0 where larger ones have a door */
declare const LARGEST_BODY: number;

// oxlint-disable-next-line no-unused-vars -- CloudFront calls it by this name
function handler(event: ViewerEvent): ViewerRequest | Answer {
  const request = event.request;
  const length = request.headers["content-length"];
  if (LARGEST_BODY > 0 && length !== undefined && Number(length.value) > LARGEST_BODY)
    return tooLarge(length.value);
  request.headers["x-berth-host"] = { value: request.headers.host.value };
  request.headers["x-berth-address"] = { value: event.viewer.ip };
  if (request.method === "HEAD") cf.selectRequestOriginById(HEAD_ORIGIN);
  return request;
}

/** Before the body comes; the API's own word would name neither the limit nor what lifts it. */
function tooLarge(length: string): Answer {
  const reason =
    "there is no upload door: a request may bring " +
    LARGEST_BODY +
    " bytes (setting door of the deployment, or smaller chunks)";
  const error = {
    code: "SIZE_INVALID",
    message: "the request is too large for this registry: " + reason,
    detail: { most: LARGEST_BODY, length: Number(length) },
  };
  return {
    statusCode: 413,
    statusDescription: "Content Too Large",
    headers: { "content-type": { value: "application/json" } },
    body: { encoding: "text", data: JSON.stringify({ errors: [error] }) },
  };
}
