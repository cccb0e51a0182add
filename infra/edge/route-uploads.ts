/**
 * The function of the edge in front of the upload door: CloudFront runs it (JavaScript runtime 2.0, hence the plain words)
 * on every request whose path matches UPLOAD_PATHS (../edge.ts). Such a path need be no upload: repositories may be called
 * `a/blobs/uploads`.
 */
import cf from "cloudfront";

/** Developer Guide: "CloudFront Functions event structure". */
interface ViewerRequest {
  readonly method: string;
  /** without the query */
  readonly uri: string;
  readonly headers: {
    readonly host: { readonly value: string };
    authorization?: unknown;
    "x-berth-host"?: { readonly value: string };
    "x-berth-address"?: { readonly value: string };
  };
  cookies: Readonly<Record<string, unknown>>;
}
interface ViewerEvent {
  readonly viewer: { readonly ip: string };
  readonly request: ViewerRequest;
}

/** which origin answers HEAD: filled in where the distribution is made */
declare const HEAD_ORIGIN: string;

/** As shared/http/place.ts reads a path: from the right, unescaped once. */
const UPLOAD = /^\/v2\/[\s\S]+\/blobs\/uploads\/[^/]+$/;
/** What is done with an upload that was begun (shared/http/route.ts). */
const METHODS = ["GET", "HEAD", "PATCH", "PUT", "DELETE"];

// oxlint-disable-next-line no-unused-vars -- CloudFront calls it by this name
function handler(event: ViewerEvent): ViewerRequest {
  const request = event.request;
  if (!isOfUpload(request)) {
    request.headers["x-berth-host"] = { value: request.headers.host.value };
    request.headers["x-berth-address"] = { value: event.viewer.ip };
    cf.selectRequestOriginById(request.method === "HEAD" ? HEAD_ORIGIN : "api");
    return request;
  }
  // The door asks for the upload's secret only. What clients send beside it is not for its process and its logs.
  delete request.headers.authorization;
  request.cookies = {};
  return request;
}

function isOfUpload(request: ViewerRequest): boolean {
  if (METHODS.indexOf(request.method) === -1) return false;
  try {
    return UPLOAD.test(decodeURIComponent(request.uri));
  } catch {
    return false;
  }
}
