import type { Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import { parseRepoName, type RepoName } from "../oci/names.ts";
import type { Caller, Registry, Upload, UploadLocation } from "../registry/registry.ts";
import { bodiless, empty } from "./answers.ts";
import { chunkOf } from "./chunks.ts";
import type { HttpAnswer, HttpRequest } from "./messages.ts";
import { locate } from "./place.ts";
import { parseQuery } from "./query.ts";
import { HttpRefusal } from "./refusal.ts";
import type { Route, RouteIn } from "./route.ts";
import { parseUploadLocation, uploadPath } from "./upload-location.ts";

/** What is done with an upload that was begun: all of it takes the upload's secret, and nothing else. */
export type RunningUploads = Pick<
  Registry,
  "appendUpload" | "putPart" | "commitUpload" | "statUpload" | "cancelUpload"
>;

export interface UploadCall {
  readonly registry: RunningUploads;
  readonly request: HttpRequest;
  readonly caller: Caller;
}

type RunningKind = `upload.${"append" | "part" | "commit" | "status" | "cancel"}`;
export type RunningUploadRoute = Extract<RouteIn<"upload">, { readonly kind: RunningKind }>;

const RUNNING: readonly string[] = [
  "upload.append",
  "upload.part",
  "upload.commit",
  "upload.status",
  "upload.cancel",
] satisfies RunningUploadRoute["kind"][];

export const isRunningUpload = (route: Route): route is RunningUploadRoute => RUNNING.includes(route.kind);

/** Who goes on with an upload: its secret is what they show, and it names nobody. */
export const HOLDER: Caller = { name: "anonymous" };

/** Whether a request shows the secret of an upload that goes on, be it else as wrong as it may. False where a store fails. */
export async function showsSecret(registry: RunningUploads, { path, query }: HttpRequest): Promise<boolean> {
  try {
    const place = locate(path);
    if (place.on !== "upload") return false;
    const location = parseUploadLocation(parseRepoName(place.name), place.last, parseQuery(query));
    await registry.statUpload({ ...location, caller: HOLDER });
    return true;
  } catch {
    return false;
  }
}

type RouteOf<Kind extends RunningKind> = Extract<RunningUploadRoute, { readonly kind: Kind }>;

export async function answerRunningUpload(route: RunningUploadRoute, call: UploadCall): Promise<HttpAnswer> {
  const { registry, caller } = call;
  switch (route.kind) {
    case "upload.append":
      return append(route, call);
    case "upload.part":
      return putPart(route, call);
    case "upload.commit":
      return commit(route, call);
    case "upload.status":
      return bodiless(204, stateOf(route, await registry.statUpload({ ...locationOf(route), caller })));
    case "upload.cancel":
      await registry.cancelUpload({ ...locationOf(route), caller });
      return bodiless(204, { "Docker-Upload-UUID": route.id });
  }
}

/**
 * Where the upload stands. The Location is the same for all of an upload's life, so a client that kept an old one is not
 * lost. Nothing uploaded is `0-0`, as Docker has it: the form has no other way to say it.
 */
export const stateOf = (location: UploadLocation, { offset }: Upload) => ({
  Location: uploadPath(location),
  Range: `0-${Math.max(0, offset - 1)}`,
  "Docker-Upload-UUID": location.id,
});

const locationOf = ({ repo, id, secret }: UploadLocation): UploadLocation => ({ repo, id, secret });

export const blobCreated = (repo: RepoName, digest: Digest): HttpAnswer =>
  empty(201, { Location: `/v2/${repo}/blobs/${digest}`, "Docker-Content-Digest": digest });

/** end-5 */
async function append(route: RouteOf<"upload.append">, call: UploadCall): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const location = locationOf(route);
  const work = async () => registry.appendUpload({ ...location, chunk: chunkOf(request), caller });
  return empty(202, stateOf(location, await tellingState(location, call, work)));
}

/** Ours: a part that its client has numbered (docs/push.md § Parts in parallel). */
async function putPart(route: RouteOf<"upload.part">, call: UploadCall): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const location = locationOf(route);
  await registry.putPart({ ...location, number: route.number, chunk: chunkOf(request), caller });
  return empty(202, { Location: uploadPath(location), "Docker-Upload-UUID": location.id });
}

/** end-6 */
async function commit(route: RouteOf<"upload.commit">, call: UploadCall): Promise<HttpAnswer> {
  const { registry, request, caller } = call;
  const { digest, parts } = route;
  const location = locationOf(route);
  const numbered = parts === undefined ? {} : { parts };
  const work = async () =>
    registry.commitUpload({ ...location, digest, chunk: chunkOf(request), ...numbered, caller });
  await tellingState(location, call, work);
  return blobCreated(location.repo, digest);
}

/** A chunk out of order is refused with the place where the upload stands, from which some clients go on by themselves. */
async function tellingState<T>(
  location: UploadLocation,
  call: UploadCall,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof OciError) || cause.reason !== "RANGE_INVALID") throw cause;
    const upload = await call.registry.statUpload({ ...location, caller: call.caller });
    throw new HttpRefusal(cause.reason, cause.detail, stateOf(location, upload));
  }
}
