import { algorithmOf, type Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { RepoName } from "../oci/names.ts";
import type { Upload, UploadLocation } from "../registry/registry.ts";
import { bodiless, empty, type Headers } from "./answers.ts";
import type { Call } from "./call.ts";
import { chunkOf } from "./chunks.ts";
import type { HttpAnswer } from "./messages.ts";
import { HttpRefusal } from "./refusal.ts";
import type { RouteIn } from "./route.ts";
import { uploadPath } from "./upload-location.ts";

type UploadRoute = RouteIn<"upload">;
type RouteOf<Kind extends UploadRoute["kind"]> = Extract<UploadRoute, { readonly kind: Kind }>;

export async function answerUpload(route: UploadRoute, call: Call): Promise<HttpAnswer> {
  const { registry, caller } = call;
  switch (route.kind) {
    case "upload.begin":
      return begin(route, call);
    case "upload.whole":
      return pushWhole(route, call);
    case "upload.mount":
      return mount(route, call);
    case "upload.append":
      return append(route, call);
    case "upload.commit":
      return commit(route, call);
    case "upload.status": {
      return bodiless(204, stateOf(route, await registry.statUpload({ ...locationOf(route), caller })));
    }
    case "upload.cancel":
      await registry.cancelUpload({ ...locationOf(route), caller });
      return bodiless(204, { "Docker-Upload-UUID": route.id });
  }
}

/**
 * Where the upload stands. The Location is the same for all of an upload's life, so a client that kept an old one is not
 * lost. Nothing uploaded is `0-0`, as Docker has it: the form has no other way to say it.
 */
const stateOf = (location: UploadLocation, { offset }: Upload): Headers => ({
  Location: uploadPath(location),
  Range: `0-${Math.max(0, offset - 1)}`,
  "Docker-Upload-UUID": location.id,
});

const locationOf = ({ repo, id, secret }: UploadLocation): UploadLocation => ({ repo, id, secret });

const blobCreated = (repo: RepoName, digest: Digest): HttpAnswer =>
  empty(201, { Location: `/v2/${repo}/blobs/${digest}`, "Docker-Content-Digest": digest });

/** end-4a, end-4c */
async function begin(route: Omit<RouteOf<"upload.begin">, "kind">, call: Call): Promise<HttpAnswer> {
  const { repo, algorithm } = route;
  const upload = await call.registry.beginUpload({
    repo,
    ...(algorithm && { algorithm }),
    caller: call.caller,
  });
  return empty(202, stateOf({ repo, ...upload }, upload));
}

/** end-4b: an upload of one request, of which nothing stays where it fails. */
async function pushWhole({ repo, digest }: RouteOf<"upload.whole">, call: Call): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const chunk = chunkOf(request);
  const { id, secret } = await registry.beginUpload({ repo, algorithm: algorithmOf(digest), caller });
  const location = { repo, id, secret };
  try {
    await registry.commitUpload({ ...location, digest, chunk, caller });
  } catch (cause) {
    await discard(location, call);
    throw cause;
  }
  return blobCreated(repo, digest);
}

/** The error that led here says more than one of the cleaning; what stays is swept, as every upload that is left alone. */
async function discard(location: UploadLocation, { registry, caller }: Call): Promise<void> {
  await registry.cancelUpload({ ...location, caller }).catch(() => undefined);
}

/** end-11. A blob that can't be mounted is uploaded: the answer is that of a begun upload. */
async function mount({ repo, digest, from }: RouteOf<"upload.mount">, call: Call): Promise<HttpAnswer> {
  const outcome = await call.registry.mountBlob({ repo, digest, ...(from && { from }), caller: call.caller });
  if (outcome === "mounted") return blobCreated(repo, digest);
  return begin({ repo, algorithm: algorithmOf(digest) }, call);
}

/** end-5 */
async function append(route: RouteOf<"upload.append">, call: Call): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const location = locationOf(route);
  const work = async () => registry.appendUpload({ ...location, chunk: chunkOf(request), caller });
  return empty(202, stateOf(location, await tellingState(location, call, work)));
}

/** end-6 */
async function commit(route: RouteOf<"upload.commit">, call: Call): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const { digest } = route;
  const location = locationOf(route);
  const work = async () => registry.commitUpload({ ...location, digest, chunk: chunkOf(request), caller });
  await tellingState(location, call, work);
  return blobCreated(location.repo, digest);
}

/** A chunk out of order is refused with the place where the upload stands, from which some clients go on by themselves. */
async function tellingState<T>(location: UploadLocation, call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof OciError) || cause.reason !== "RANGE_INVALID") throw cause;
    const upload = await call.registry.statUpload({ ...location, caller: call.caller });
    throw new HttpRefusal(cause.reason, cause.detail, stateOf(location, upload));
  }
}
