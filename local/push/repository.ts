import type { Digest } from "../../shared/oci/digest.ts";
import type { RepoName } from "../../shared/oci/names.ts";
import type { Answer, Ask, Body, Client } from "../client/client.ts";
import { told } from "../client/told.ts";
import { Complaint } from "../complaint.ts";
import { PushFailure, persist, type Waiting } from "./patience.ts";
import type { PlannedManifest } from "./plan.ts";

export interface Remote {
  readonly client: Client;
  readonly repo: RepoName;
  readonly waiting: Waiting;
}

const MOST_REDIRECTS = 5;

/** Whether the repository has the blob already. */
export async function hasBlob({ client, repo, waiting }: Remote, digest: Digest): Promise<boolean> {
  let ask: Ask = { method: "HEAD", target: `/v2/${repo}/blobs/${digest}` };
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const answer = await persist(() => client.send(ask), waiting);
    if (answer.status === 404) return false;
    if (isFine(answer)) return true;
    if (answer.status < 300 || answer.status > 399) throw refused(answer);
    ask = { method: "HEAD", target: locationOf(answer) };
  }
  throw new PushFailure(`HEAD of ${digest} is redirected for ever`);
}

/** Puts a manifest under each of its tags; under its digest where it has none. */
export async function putManifest(
  { client, repo, waiting }: Remote,
  manifest: PlannedManifest,
): Promise<void> {
  const { bytes, mediaType, digest, tags } = manifest;
  for (const reference of tags.length > 0 ? tags : [digest]) {
    const answer = await persist(
      () =>
        client.send({
          method: "PUT",
          target: `/v2/${repo}/manifests/${reference}`,
          headers: { "Content-Type": mediaType },
          body: bodyOf(bytes),
        }),
      waiting,
    );
    if (!isFine(answer)) throw refused(answer);
  }
}

export const bodyOf = (bytes: Uint8Array): Body => ({ chunks: [bytes], length: bytes.length });

export const isFine = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** An answer that no other try will change. */
export function refused(answer: Answer): Complaint | PushFailure {
  const what = told(answer);
  const location = answer.header("location");
  if (answer.status === 401)
    return new Complaint(`${what}: it wants a login, which berth push can't give yet`);
  if (answer.status === 403) {
    return new Complaint(
      `${what}: nobody may push without credentials, and berth push has none yet; a closed stack on AWS opens with -c open=true`,
    );
  }
  if (answer.status === 413) return new Complaint(`${what}: it takes no larger body`);
  if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
    return new Complaint(
      `${what}: it sends us to ${URL.parse(location, answer.url.href)?.origin ?? "nowhere"}; push there`,
    );
  }
  return answer.status < 500 ? new Complaint(what) : new PushFailure(what);
}

/**
 * Where an answer points, kept as it is: its query may be a secret. PushFailure where there is no such place; Complaint
 * where it would go over the line without encryption.
 */
export function locationOf(answer: Answer): URL {
  const { request, status, url } = answer;
  const location = URL.parse(answer.header("location") ?? "", url.href);
  if (answer.header("location") === undefined || location === null) {
    throw new PushFailure(`${request} answered ${status} without a usable Location`);
  }
  if (url.protocol === "https:" && location.protocol !== "https:") {
    throw new Complaint(
      `${request} answered ${status} and leads from https to ${location.protocol}//${location.host}`,
    );
  }
  return location;
}
