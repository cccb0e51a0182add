import { type Answer, type Body, NoAnswerError } from "../../shared/client/messages.ts";
import { BINARY, withQuery } from "../../shared/client/uploads/upload.ts";
import { OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { Blocked, demand, demandStatus, Finding } from "./check.ts";
import { type Content, contentOf, sized, unsized, whole } from "./content.ts";
import type { Exam } from "./exam.ts";

/** The most bytes that one request carries on AWS, with room for what is around them (6 MB of base64). */
const CHUNK = 4 * 1024 * 1024;

export type PushMethod = (exam: Exam, repo: string, content: Content) => Promise<void>;

/** Every way in which clients bring a blob, strict about each status. Finding, where one is wrong. */
export const PUSH_METHODS = {
  /** containerd, oras, helm, regctl */
  put: async (exam, repo, content) => {
    const location = await begin(exam, repo);
    await commit(exam, { repo, location, content, body: whole(content) });
  },
  /** in one request */
  post: async (exam, repo, content) => {
    exam.made.blob(repo, content.digest);
    const target = `/v2/${repo}/blobs/uploads/?digest=${content.digest}`;
    const answer = await exam.client.send({ method: "POST", target, headers: BINARY, body: whole(content) });
    if (answer.status === 202) exam.made.upload(locationOf(answer));
    demandStatus(answer, 201);
  },
  /** podman, skopeo, crane */
  patch: async (exam, repo, content) => {
    const location = await append(exam, await begin(exam, repo), { body: whole(content) });
    await commit(exam, { repo, location, content });
  },
  /** docker */
  stream: async (exam, repo, content) => {
    const location = await append(exam, await begin(exam, repo), { body: unsized(content) });
    await commit(exam, { repo, location, content });
  },
  /** regctl, and whoever resumes */
  chunks: async (exam, repo, content) => {
    let location = await begin(exam, repo);
    const size = Math.min(CHUNK, Math.ceil(content.size / 4));
    for (let at = 0; at < content.size; at += size) {
      const end = Math.min(at + size, content.size);
      location = await append(exam, location, { body: sized(content, at, end), place: `${at}-${end - 1}` });
    }
    await commit(exam, { repo, location, content });
  },
} as const satisfies Record<string, PushMethod>;

/** Begins an upload: where its bytes go. */
export const begin = async (exam: Exam, repo: string): Promise<URL> => locationOf(await begun(exam, repo));

/** The answer to the beginning of an upload, which has a Location. */
export async function begun(exam: Exam, repo: string): Promise<Answer> {
  const answer = await exam.client.send({ method: "POST", target: `/v2/${repo}/blobs/uploads/` });
  exam.made.upload(locationOf(demandStatus(answer, 202)));
  return answer;
}

export interface Piece {
  readonly body: Body;
  /** Content-Range */
  readonly place?: string;
}

/** One PATCH, whatever becomes of it. */
export const patch = (exam: Exam, location: URL, { body, place }: Piece): Promise<Answer> =>
  exam.client.send({
    method: "PATCH",
    target: location,
    headers: { ...BINARY, ...(place !== undefined && { "Content-Range": place }) },
    body,
  });

/** Where the next piece goes. */
async function append(exam: Exam, location: URL, piece: Piece): Promise<URL> {
  const answer = demandStatus(await patch(exam, location, piece), 202);
  return answer.header("location") === undefined ? location : locationOf(answer);
}

interface Commit {
  readonly repo: string;
  readonly location: URL;
  readonly content: Pick<Content, "digest">;
  readonly body?: Body;
}

/** The closing PUT. */
async function commit(exam: Exam, { repo, location, content, body }: Commit): Promise<Answer> {
  exam.made.blob(repo, content.digest);
  const answer = demandStatus(await close(exam, { location, content, ...(body && { body }) }), 201);
  exam.made.uploadEnded(location);
  return answer;
}

/** The closing PUT, whatever becomes of it. */
export function close(exam: Exam, { location, content, body }: Omit<Commit, "repo">): Promise<Answer> {
  const target = withQuery(location, `digest=${content.digest}`);
  return exam.client.send({ method: "PUT", target, headers: BINARY, ...(body && { body }) });
}

/** Where an answer points; relative ones are on the host that answered. */
export function locationOf(answer: Answer): URL {
  const text = answer.header("location");
  demand(text !== undefined, `${answer.request} answered ${answer.status} without a Location`);
  const url = URL.parse(text, answer.url.href);
  demand(url !== null, `${answer.request} answered with a Location that is no URL: ${text.slice(0, 200)}`);
  return url;
}

/** Pushes a blob that other checks need, by the first method that works. Blocked where none does. */
export async function bring(exam: Exam, repo: string, content: Content): Promise<Content> {
  const troubles: string[] = [];
  for (const push of Object.values<PushMethod>(PUSH_METHODS)) {
    try {
      await push(exam, repo, content);
      return content;
    } catch (error) {
      if (!(error instanceof Finding) && !(error instanceof NoAnswerError)) throw error;
      troubles.push(error.message);
    }
  }
  throw new Blocked(`no blob could be pushed: ${troubles[0]}`);
}

export interface Manifest extends Content {
  readonly bytes: Buffer;
}

interface ManifestParts {
  readonly config: Content;
  readonly layers?: readonly Content[];
  /** more fields of the manifest */
  readonly fields?: object;
}

const describe =
  (mediaType: string) =>
  ({ digest, size }: Content) => ({ mediaType, digest, size });
const describeConfig = describe("application/vnd.oci.image.config.v1+json");
const describeLayer = describe("application/vnd.oci.image.layer.v1.tar+gzip");

/** An image manifest. */
export function manifestOf({ config, layers = [], fields = {} }: ManifestParts): Manifest {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describeConfig(config),
      layers: layers.map(describeLayer),
      ...fields,
    }),
  );
  return { ...contentOf(bytes), bytes };
}

interface ManifestPut {
  readonly repo: string;
  /** a tag or a digest, and a query where there is one; the manifest's digest where it is not given */
  readonly reference?: string;
  readonly body?: Body;
}

/** One PUT of a manifest, whatever becomes of it. */
export function putManifest(exam: Exam, manifest: Manifest, put: ManifestPut): Promise<Answer> {
  const { repo, reference = manifest.digest, body = whole(manifest) } = put;
  exam.made.manifest(repo, manifest.digest);
  const target = `/v2/${repo}/manifests/${reference}`;
  return exam.client.send({ method: "PUT", target, headers: { "Content-Type": OCI_MANIFEST }, body });
}

/** Pushes a manifest that other checks need. Blocked where the registry does not take it. */
export async function bringManifest(exam: Exam, manifest: Manifest, put: ManifestPut): Promise<Manifest> {
  const { status, request } = await putManifest(exam, manifest, put);
  if (status < 200 || status > 299)
    throw new Blocked(`no manifest could be pushed: ${request} answered ${status}`);
  return manifest;
}
