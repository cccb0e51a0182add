import type { Digest } from "../oci/digest.ts";
import type { RepoName } from "../oci/names.ts";
import { demandFine, refused } from "./answers.ts";
import { deleteAt } from "./delete-at.ts";
import { RegistryFailure } from "./failures.ts";
import { follow } from "./follow.ts";
import type { Answer, OpenAnswer } from "./messages.ts";
import { persist } from "./patience.ts";
import type { Remote } from "./remote.ts";
import { gather } from "./send.ts";
import { cancelUpload } from "./uploads/upload.ts";

/**
 * Whether the repository has the blob, as far as the caller may know: for who pushes, what they may not see is not there.
 * An answer to HEAD has no words, and that to their push tells what is missing.
 */
export async function hasBlob(remote: Remote, digest: Digest): Promise<boolean> {
  const answer = await head(remote, digest);
  if (answer.status === 404 || answer.status === 403) return false;
  demandFine(answer);
  return true;
}

/** Bytes of the blob. RegistryRefusal BLOB_UNKNOWN */
export async function sizeOfBlob(remote: Remote, digest: Digest): Promise<number> {
  const answer = demandFine(await head(remote, digest));
  const size = numberIn(answer.header("content-length"));
  if (size !== undefined) return size;
  throw new RegistryFailure(`${answer.request} answered without Content-Length`);
}

/** distribution-spec end-2 */
function head({ client, repo, waiting }: Remote, digest: Digest): Promise<Answer> {
  const ask = { method: "HEAD", target: `/v2/${repo}/blobs/${digest}` };
  return persist(async () => gather(await follow(client, ask)), waiting);
}

export const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** Opens a blob from `first` on, up to and without `end`, where that is given. RegistryRefusal BLOB_UNKNOWN, RANGE_INVALID */
export async function openBlob(
  { client, repo }: Pick<Remote, "client" | "repo">,
  digest: Digest,
  { first, end }: { readonly first: number; readonly end: number | undefined },
): Promise<OpenAnswer> {
  const range =
    first > 0 || end !== undefined ? { Range: `bytes=${first}-${end === undefined ? "" : end - 1}` } : {};
  return follow(client, { method: "GET", target: `/v2/${repo}/blobs/${digest}`, headers: range });
}

/** distribution-spec end-11. False where the source does not have it; what the registry began instead is cancelled. */
export async function mountBlob(
  { client, repo, waiting }: Remote,
  digest: Digest,
  from: RepoName | undefined,
): Promise<boolean> {
  const source = from === undefined ? "" : `&from=${encodeURIComponent(from)}`;
  const target = `/v2/${repo}/blobs/uploads/?mount=${digest}${source}`;
  const answer = await persist(() => client.send({ method: "POST", target }), waiting);
  if (answer.status === 201) return true;
  if (answer.status !== 202) throw refused(answer);
  const text = answer.header("location");
  const location = text === undefined ? null : URL.parse(text, answer.url.href);
  if (location) await cancelUpload({ client }, { location });
  return false;
}

/** distribution-spec end-10. RegistryRefusal BLOB_UNKNOWN */
export const deleteBlob = (remote: Remote, digest: Digest): Promise<void> =>
  deleteAt(remote, `/v2/${remote.repo}/blobs/${digest}`);
