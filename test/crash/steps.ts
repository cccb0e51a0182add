import type { Content, Manifest } from "./content.ts";
import { type Change, inRepo, minus, plus } from "./model.ts";
import type { Answer, Request } from "./requests.ts";

/** One request, and what its acknowledgement promises. */
export interface Step {
  readonly kind: StepKind;
  readonly request: Request;
  /** the statuses that acknowledge; anything else is an error */
  readonly accepts: readonly number[];
  /** Without an answer: what may have happened all the same. */
  readonly change: (answer: Answer | undefined) => Change;
  /** whether a client that missed the answer may ask again and is answered the same */
  readonly repeatable: boolean;
  /** a tag of the shared repository that this moves */
  readonly shared?: { readonly tag: string; readonly digest: string };
}
export type StepKind =
  | "begin"
  | "append"
  | "commit"
  | "push whole"
  | "mount"
  | "cancel"
  | "push manifest"
  | "delete blob"
  | "delete tag"
  | "delete manifest";

const unchanged: Change = (world) => world;

/** Where an upload is. */
export interface Place {
  readonly repo: string;
  /** the path of its Location */
  readonly path: string;
  readonly content: Content;
}

export const locationOf = ({ headers }: Answer): string => headers.location ?? "";

export const begin = (repo: string, content: Content): Step => ({
  kind: "begin",
  request: { method: "POST", path: `/v2/${repo}/blobs/uploads/` },
  accepts: [202],
  // Without an answer nobody knows the upload, so nobody can see it.
  change: (answer) => (answer ? beginning(repo, content, answer) : unchanged),
  repeatable: false,
});

const beginning = (repo: string, content: Content, answer: Answer): Change =>
  inRepo(repo, ({ uploads }) => ({ uploads: plus(uploads, locationOf(answer), { content, offset: 0 }) }));

/** Bytes `from` to `to` (exclusive); without a range as Docker sends them. */
export function append({ repo, path, content }: Place, from: number, to: number, ranged: boolean): Step {
  const headers = ranged ? { "Content-Range": `${from}-${to - 1}` } : {};
  return {
    kind: "append",
    request: { method: "PATCH", path, headers, body: content.bytes.subarray(from, to), chunked: !ranged },
    accepts: [202],
    change: () => inRepo(repo, ({ uploads }) => ({ uploads: plus(uploads, path, { content, offset: to }) })),
    repeatable: false,
  };
}

/** Closes an upload, with all bytes that it lacks. */
export function commit({ repo, path, content }: Place, from: number): Step {
  return {
    kind: "commit",
    request: { method: "PUT", path: `${path}&digest=${content.digest}`, body: content.bytes.subarray(from) },
    accepts: [201],
    change: () =>
      inRepo(repo, ({ uploads, blobs }) => ({
        uploads: minus(uploads, path),
        blobs: plus(blobs, content.digest, content),
      })),
    repeatable: true,
  };
}

export const cancel = ({ repo, path }: Place): Step => ({
  kind: "cancel",
  request: { method: "DELETE", path },
  accepts: [204],
  change: () => inRepo(repo, ({ uploads }) => ({ uploads: minus(uploads, path) })),
  repeatable: false,
});

const linking = (repo: string, content: Content): Change =>
  inRepo(repo, ({ blobs }) => ({ blobs: plus(blobs, content.digest, content) }));

export const pushWhole = (repo: string, content: Content): Step => ({
  kind: "push whole",
  request: {
    method: "POST",
    path: `/v2/${repo}/blobs/uploads/?digest=${content.digest}`,
    body: content.bytes,
  },
  accepts: [201],
  change: () => linking(repo, content),
  repeatable: true,
});

/** 202 where another client has deleted the blob meanwhile: then an upload has begun. */
export const mount = (repo: string, from: string, content: Content): Step => ({
  kind: "mount",
  request: { method: "POST", path: `/v2/${repo}/blobs/uploads/?mount=${content.digest}&from=${from}` },
  accepts: [201, 202],
  change: (answer) => (answer?.status === 202 ? beginning(repo, content, answer) : linking(repo, content)),
  repeatable: false,
});

export function pushManifest(repo: string, manifest: Manifest, tags: readonly string[]): Step {
  const { digest, bytes, mediaType } = manifest;
  const [only] = tags;
  const query = tags.map((tag) => `tag=${tag}`).join("&");
  const target = tags.length === 1 && only !== undefined ? only : `${digest}?${query}`;
  return {
    kind: "push manifest",
    request: {
      method: "PUT",
      path: `/v2/${repo}/manifests/${target}`,
      headers: { "Content-Type": mediaType },
      body: bytes,
    },
    accepts: [201],
    change: () =>
      inRepo(repo, (model) => ({
        manifests: plus(model.manifests, digest, manifest),
        tags: new Map([...model.tags, ...tags.map((tag) => [tag, digest] as const)]),
      })),
    repeatable: true,
  };
}

const remove = (kind: StepKind, path: string, change: Change): Step => ({
  kind,
  request: { method: "DELETE", path },
  accepts: [202],
  change: () => change,
  repeatable: false,
});

export const deleteBlob = (repo: string, digest: string): Step =>
  remove(
    "delete blob",
    `/v2/${repo}/blobs/${digest}`,
    inRepo(repo, ({ blobs }) => ({ blobs: minus(blobs, digest) })),
  );

export const deleteTag = (repo: string, tag: string): Step =>
  remove(
    "delete tag",
    `/v2/${repo}/manifests/${tag}`,
    inRepo(repo, ({ tags }) => ({ tags: minus(tags, tag) })),
  );

/** The tags that name it go with it. */
export const deleteManifest = (repo: string, digest: string): Step =>
  remove(
    "delete manifest",
    `/v2/${repo}/manifests/${digest}`,
    inRepo(repo, ({ manifests, tags }) => ({
      manifests: minus(manifests, digest),
      tags: new Map([...tags].filter(([, named]) => named !== digest)),
    })),
  );
