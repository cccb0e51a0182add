/**
 * The function of the distribution that blobs are pulled from: CloudFront runs it (JavaScript runtime 2.0, hence the plain
 * words) on every answer below 400, cached or not. The bucket does not know the digest of what it holds; the URL does, whose
 * signature nobody passes who has changed it (functions/pulls/signed-url.ts).
 */

/** Developer Guide: "CloudFront Functions event structure". The request is the viewer's, as it came. */
interface ViewerResponse {
  readonly request: { readonly querystring: { readonly digest?: { readonly value: string } } };
  readonly response: Response;
}
interface Response {
  readonly headers: Record<string, { readonly value: string }>;
}

// oxlint-disable-next-line no-unused-vars -- CloudFront calls it by this name
function handler(event: ViewerResponse): Response {
  const response = event.response;
  const digest = event.request.querystring.digest;
  if (digest !== undefined)
    response.headers["docker-content-digest"] = { value: digest.value.replace("-", ":") };
  return response;
}
