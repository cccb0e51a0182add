/**
 * The function of the edge in front of the API, where something else answers HEAD (../heads.ts): CloudFront runs it
 * (JavaScript runtime 2.0) on every request that does not go to the upload door.
 */
import cf from "cloudfront";

/** Developer Guide: "CloudFront Functions event structure". */
interface ViewerRequest {
  readonly method: string;
}

// oxlint-disable-next-line no-unused-vars -- CloudFront calls it by this name
function handler(event: { readonly request: ViewerRequest }): ViewerRequest {
  if (event.request.method === "HEAD") cf.selectRequestOriginById("heads");
  return event.request;
}
