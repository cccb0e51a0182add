import type { Algorithm, Digest } from "../../oci/digest.ts";
import { isFine, locationOf, refused } from "../answers.ts";
import type { Answer } from "../messages.ts";
import { persist } from "../patience.ts";
import type { Remote } from "../remote.ts";
import type { PartRange } from "./part-range.ts";

/** An upload that the registry keeps open. */
export interface Upload {
  /** as the registry gave it; the query may be a secret, so it is never printed */
  readonly location: URL;
  /** bytes that are there, and so where the next part begins */
  readonly offset: number;
  /** bytes that each part but the last must have: OCI-Chunk-Min-Length */
  readonly leastPart: number;
  /** where the registry takes parts in any order: Berth-Parallel-Parts */
  readonly parallelParts?: PartRange;
}

/** An upload whose parts have numbers, and come in any order. */
export interface NumberedUpload extends Upload {
  /** bytes of each part but the last */
  readonly partSize: number;
  /** the numbers of those that are there */
  readonly done: Set<number>;
}

export const isNumbered = (upload: Upload): upload is NumberedUpload => "partSize" in upload;

/** Without it, something on the way may take the bytes for text. */
export const BINARY = { "Content-Type": "application/octet-stream" } as const;

/** distribution-spec end-4a */
export async function beginUpload({ client, repo, waiting }: Remote, algorithm?: Algorithm): Promise<Upload> {
  // The least that registries know: others than sha256 they must be told.
  const query = algorithm === undefined || algorithm === "sha256" ? "" : `?digest-algorithm=${algorithm}`;
  const target = `/v2/${repo}/blobs/uploads/${query}`;
  const answer = await persist(() => client.send({ method: "POST", target }), waiting);
  if (!isFine(answer)) throw refused(answer);
  const leastPart = Number(answer.header("oci-chunk-min-length") ?? 0);
  const [, least, most] = /^(\d{1,15})-(\d{1,15})$/.exec(answer.header("berth-parallel-parts") ?? "") ?? [];
  return {
    location: locationOf(answer),
    offset: 0,
    leastPart: Number.isSafeInteger(leastPart) ? leastPart : 0,
    ...(least !== undefined && { parallelParts: { least: Number(least), most: Number(most) } }),
  };
}

/** distribution-spec end-13: where the upload stands; undefined where the registry can't say, or knows it no more. */
export async function findUpload({ client, waiting }: Remote, upload: Upload): Promise<Upload | undefined> {
  const answer = await persist(() => client.send({ method: "GET", target: upload.location }), waiting);
  return isFine(answer) ? standing(answer, upload) : undefined;
}

/**
 * Where an answer says that the upload stands; undefined where it does not say. `0-0` may be one byte or none, the form
 * has no other way to say it: it is none, unless none was just refused.
 */
export function standing(answer: Answer, before: Upload, refusedAt?: number): Upload | undefined {
  const last = lastIn(answer);
  if (last === undefined) return undefined;
  const offset = last === 0 && refusedAt !== 0 ? 0 : last + 1;
  return { ...moved(answer, before), offset };
}

/** The last byte that is there, as Range says it; undefined where it says nothing. */
export function lastIn(answer: Answer): number | undefined {
  const [, last] = /^(?:bytes[ =])?0-(\d{1,15})$/.exec(answer.header("range") ?? "") ?? [];
  return last === undefined ? undefined : Number(last);
}

/** Where the upload goes on. */
export const moved = (answer: Answer, before: Upload): Upload =>
  answer.header("location") === undefined ? before : { ...before, location: locationOf(answer) };

/** The closing PUT's address: the query stays as it was. */
export const closing = ({ location }: Upload, digest: Digest): URL => withQuery(location, `digest=${digest}`);

export function withQuery(location: URL, query: string): URL {
  const url = new URL(location);
  url.search = `${url.search}${url.search === "" ? "?" : "&"}${query}`;
  return url;
}

/** Best effort: what stays expires by itself. */
export async function cancelUpload(
  { client }: Pick<Remote, "client">,
  { location }: Pick<Upload, "location">,
): Promise<void> {
  await client.send({ method: "DELETE", target: location }).catch(() => undefined);
}
