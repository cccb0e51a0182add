import { algorithmOf, type Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { RepoName } from "../oci/names.ts";
import type { Upload, UploadId } from "../registry/registry.ts";
import { bodiless, empty, type Headers } from "./answers.ts";
import type { Call } from "./call.ts";
import { chunkOf } from "./chunks.ts";
import type { HttpAnswer } from "./messages.ts";
import { HttpRefusal } from "./refusal.ts";
import type { RouteIn } from "./route.ts";

type UploadRoute = RouteIn<"upload">;
type RouteOf<Kind extends UploadRoute["kind"]> = Extract<UploadRoute, { readonly kind: Kind }>;
interface UploadName {
  readonly repo: RepoName;
  readonly id: UploadId;
}

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
      const { repo, id } = route;
      return bodiless(204, stateOf(repo, await registry.statUpload({ repo, id, caller })));
    }
    case "upload.cancel":
      await registry.cancelUpload({ repo: route.repo, id: route.id, caller });
      return bodiless(204, { "Docker-Upload-UUID": route.id });
  }
}

/**
 * Where the upload stands. The Location is the same for all of an upload's life, so a client that kept an old one is not
 * lost. Nothing uploaded is `0-0`, as Docker has it: the form has no other way to say it.
 */
const stateOf = (repo: RepoName, { id, offset }: Upload): Headers => ({
  Location: `/v2/${repo}/blobs/uploads/${id}`,
  Range: `0-${Math.max(0, offset - 1)}`,
  "Docker-Upload-UUID": id,
});

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
  return empty(202, stateOf(repo, upload));
}

/** end-4b: an upload of one request, of which nothing stays where it fails. */
async function pushWhole({ repo, digest }: RouteOf<"upload.whole">, call: Call): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const chunk = chunkOf(request);
  const { id } = await registry.beginUpload({ repo, algorithm: algorithmOf(digest), caller });
  try {
    await registry.commitUpload({ repo, id, digest, chunk, caller });
  } catch (cause) {
    await discard({ repo, id }, call);
    throw cause;
  }
  return blobCreated(repo, digest);
}

/** The error that led here says more than one of the cleaning; what stays is swept, as every upload that is left alone. */
async function discard({ repo, id }: UploadName, { registry, caller }: Call): Promise<void> {
  await registry.cancelUpload({ repo, id, caller }).catch(() => undefined);
}

/** end-11. A blob that can't be mounted is uploaded: the answer is that of a begun upload. */
async function mount({ repo, digest, from }: RouteOf<"upload.mount">, call: Call): Promise<HttpAnswer> {
  const outcome = await call.registry.mountBlob({ repo, digest, ...(from && { from }), caller: call.caller });
  if (outcome === "mounted") return blobCreated(repo, digest);
  return begin({ repo, algorithm: algorithmOf(digest) }, call);
}

/** end-5 */
async function append({ repo, id }: RouteOf<"upload.append">, call: Call): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const work = async () => registry.appendUpload({ repo, id, chunk: chunkOf(request), caller });
  return empty(202, stateOf(repo, await tellingState({ repo, id }, call, work)));
}

/** end-6 */
async function commit({ repo, id, digest }: RouteOf<"upload.commit">, call: Call): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const work = async () => registry.commitUpload({ repo, id, digest, chunk: chunkOf(request), caller });
  await tellingState({ repo, id }, call, work);
  return blobCreated(repo, digest);
}

/** A chunk out of order is refused with the place where the upload stands, from which some clients go on by themselves. */
async function tellingState<T>({ repo, id }: UploadName, call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof OciError) || cause.reason !== "RANGE_INVALID") throw cause;
    const upload = await call.registry.statUpload({ repo, id, caller: call.caller });
    throw new HttpRefusal(cause.reason, cause.detail, stateOf(repo, upload));
  }
}
