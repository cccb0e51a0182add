import { algorithmOf } from "../oci/digest.ts";
import { BLOB_LIMITS } from "../ports/blobs.ts";
import { LARGEST_PLANNED_PART } from "../registry/part-plan.ts";
import type { UploadLocation } from "../registry/registry.ts";
import { empty } from "./answers.ts";
import type { Call } from "./call.ts";
import { chunkOf } from "./chunks.ts";
import type { HttpAnswer } from "./messages.ts";
import type { RouteIn } from "./route.ts";
import { blobCreated, type RunningUploadRoute, stateOf } from "./running-uploads.ts";

/** Ours: a client that knows it may number the parts of an upload, and send them in any order (docs/push.md). */
const PARALLEL_PARTS = "Berth-Parallel-Parts";
/** bytes of a part: the least, but for the last one, and the most */
const PART_SIZES = `${BLOB_LIMITS.minPart}-${LARGEST_PLANNED_PART}`;

/** What begins an upload, or makes do without one. */
type UploadRoute = Exclude<RouteIn<"upload">, RunningUploadRoute>;
type RouteOf<Kind extends UploadRoute["kind"]> = Extract<UploadRoute, { readonly kind: Kind }>;

export async function answerUpload(route: UploadRoute, call: Call): Promise<HttpAnswer> {
  switch (route.kind) {
    case "upload.begin":
      return begin(route, call);
    case "upload.whole":
      return pushWhole(route, call);
    case "upload.mount":
      return mount(route, call);
  }
}

/** end-4a, end-4c */
async function begin(route: Omit<RouteOf<"upload.begin">, "kind">, call: Call): Promise<HttpAnswer> {
  const { repo, algorithm } = route;
  const upload = await call.registry.beginUpload({
    repo,
    ...(algorithm && { algorithm }),
    caller: call.caller,
  });
  const state = stateOf({ repo, ...upload }, upload);
  const { origin, parallelParts } = call.uploadsAt;
  return empty(202, {
    ...state,
    Location: `${origin}${state.Location}`,
    ...(parallelParts && { [PARALLEL_PARTS]: PART_SIZES }),
  });
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
