import { OciError } from "../oci/errors.ts";
import { MAX_MANIFEST_BYTES } from "../oci/manifest.ts";
import { API_VERSION, bodiless, empty } from "./answers.ts";
import { contentLength, readAtMost } from "./bodies.ts";
import type { Call } from "./call.ts";
import { clientHas, etagOf } from "./conditions.ts";
import type { HttpAnswer, HttpRequest } from "./messages.ts";
import type { RouteIn } from "./route.ts";

export async function answerManifest(route: RouteIn<"manifest">, call: Call): Promise<HttpAnswer> {
  switch (route.kind) {
    case "manifest.get":
      return getManifest(route, call);
    case "manifest.put":
      return putManifest(route, call);
    case "manifest.delete":
      return deleteManifest(route, call);
  }
}

type RouteOf<Kind extends RouteIn<"manifest">["kind"]> = Extract<
  RouteIn<"manifest">,
  { readonly kind: Kind }
>;

/**
 * end-3. Accept is ignored: the bytes that were pushed are the only form there is, and clients that list other types
 * than they can read are more common than clients that want a refusal.
 */
async function getManifest(route: RouteOf<"manifest.get">, call: Call): Promise<HttpAnswer> {
  const { repo, reference } = route;
  const { digest, mediaType, bytes } = await call.registry.getManifest({
    repo,
    reference,
    caller: call.caller,
  });
  const etag = etagOf(digest);
  if (clientHas(call.request.header("if-none-match"), digest)) {
    return bodiless(304, { "Docker-Content-Digest": digest, ETag: etag });
  }
  return {
    status: 200,
    headers: {
      ...API_VERSION,
      "Content-Type": mediaType,
      "Content-Length": String(bytes.length),
      "Docker-Content-Digest": digest,
      ETag: etag,
    },
    body: { kind: "bytes", bytes },
  };
}

/** end-7a, end-7b */
async function putManifest(route: RouteOf<"manifest.put">, call: Call): Promise<HttpAnswer> {
  const { repo, reference, tags } = route;
  const mediaType = parseMediaType(call.request.header("content-type"));
  const bytes = await readManifest(call.request);
  const pushed = await call.registry.putManifest({
    repo,
    reference,
    tags,
    mediaType,
    bytes,
    caller: call.caller,
  });
  return empty(201, {
    Location: `/v2/${repo}/manifests/${pushed.digest}`,
    "Docker-Content-Digest": pushed.digest,
    ...(pushed.subject && { "OCI-Subject": pushed.subject }),
    // One line for all: RFC 9110 § 5.3 makes it equal to a line for each, and some homes can't repeat a header.
    ...(tags.length > 0 && { "OCI-Tag": pushed.tags.join(", ") }),
  });
}

/** Without its parameters, as distribution-spec § Pushing manifests wants; which types there are, the registry decides. */
function parseMediaType(contentType: string | undefined): string {
  const mediaType = contentType?.split(";", 1)[0]?.trim() ?? "";
  if (mediaType !== "") return mediaType;
  throw new OciError("MANIFEST_INVALID", { reason: "Content-Type must say which kind of manifest this is" });
}

async function readManifest(request: HttpRequest): Promise<Uint8Array> {
  const announced = contentLength(request) ?? 0;
  const bytes =
    announced > MAX_MANIFEST_BYTES ? "too-large" : await readAtMost(request.body, MAX_MANIFEST_BYTES);
  if (bytes === "too-large") throw new OciError("MANIFEST_TOO_LARGE", { most: MAX_MANIFEST_BYTES });
  return bytes;
}

/** end-9 */
async function deleteManifest(route: RouteOf<"manifest.delete">, call: Call): Promise<HttpAnswer> {
  const { repo, reference } = route;
  const { registry, caller } = call;
  if (reference.kind === "tag") await registry.deleteTag({ repo, tag: reference.tag, caller });
  else await registry.deleteManifest({ repo, digest: reference.digest, caller });
  return empty(202, {});
}
