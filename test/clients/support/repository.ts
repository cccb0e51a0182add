import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Content, readContent, type Source } from "./content.ts";

const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** What a repository serves for `host/name:tag` or `host/name@digest`, read without any client. */
export function readPushed(image: string): Promise<Content> {
  const { base, reference } = parseImage(image);
  const get = async (path: string): Promise<Response> => {
    const answer = await fetch(`${base}/${path}`, { headers: { Accept: MANIFEST_TYPES } });
    if (!answer.ok) throw new Error(`GET ${base}/${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const source: Source = {
    manifest: async (named) => new Uint8Array(await (await get(`manifests/${named}`)).arrayBuffer()),
    blob: async (digest) => (await get(`blobs/${digest}`)).body ?? noBytes(),
  };
  return readContent(source, reference);
}

/** The HTTP status that HEAD of the manifest has. */
export async function manifestStatus(image: string): Promise<number> {
  const { base, reference } = parseImage(image);
  const answer = await fetch(`${base}/manifests/${reference}`, {
    method: "HEAD",
    headers: { Accept: MANIFEST_TYPES },
  });
  return answer.status;
}

/** What an OCI layout on disk holds: image-spec § OCI Image Layout. `tag` may be left out where it holds one image. */
export async function readLayout(directory: string, tag?: string): Promise<Content> {
  const index = JSON.parse(await readFile(join(directory, "index.json"), "utf8")) as LayoutIndex;
  const named = (entry: LayoutEntry): boolean => {
    const name = entry.annotations?.["org.opencontainers.image.ref.name"] ?? "";
    return tag === undefined || name === tag || name.endsWith(`:${tag}`);
  };
  const [entry, ...others] = index.manifests.filter(named);
  if (entry === undefined)
    throw new Error(`${directory} holds no ${tag ?? "image"}: ${JSON.stringify(index)}`);
  if (others.length > 0) throw new Error(`${directory} holds ${tag ?? "image"} more than once`);
  const file = (digest: string) => join(directory, "blobs", ...digest.split(":"));
  const source: Source = {
    manifest: (digest) => readFile(file(digest)),
    blob: async (digest) => createReadStream(file(digest)),
  };
  return readContent(source, entry.digest);
}

interface LayoutEntry {
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface LayoutIndex {
  readonly manifests: readonly LayoutEntry[];
}

/** The digests of the referrers of a manifest, as `host/name@digest`: distribution-spec § Listing Referrers. */
export async function referrers(image: string): Promise<readonly string[]> {
  const { base, reference } = parseImage(image);
  const index = (await (await fetch(`${base}/referrers/${reference}`)).json()) as LayoutIndex;
  return index.manifests.map(({ digest }) => digest);
}

function parseImage(image: string): { readonly base: string; readonly reference: string } {
  const [, host = "", name = "", reference = ""] =
    /^([^/]+)\/([^@]+?)[:@]((?:sha256:)?[\w.-]+)$/.exec(image) ?? [];
  if (reference === "") throw new Error(`${image} is not host/name:tag or host/name@digest`);
  return { base: `http://${host}/v2/${name}`, reference };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // a body-less answer: an empty blob
}
