import { expect } from "vitest";
import { chosenHome } from "../../support/home.ts";
import type { TestRegistry } from "../../support/registry.ts";
import { type Content, content, image, type ManifestContent } from "./content.ts";

type Fetching = Pick<TestRegistry, "fetch">;

/** Begins an upload and answers its Location. */
export async function beginUpload(registry: Fetching, repo: string, query = ""): Promise<string> {
  const response = await registry.fetch(`/v2/${repo}/blobs/uploads/${query}`, { method: "POST" });
  expect(response.status).toBe(202);
  return locationOf(response);
}

/**
 * The Location of an answer, which must be a path on the same host: some clients refuse another. Where the home has
 * uploads at a host of their own, it is followed there, and leads back from there.
 */
export function locationOf(response: Response): string {
  const location = response.headers.get("Location") ?? "";
  if (chosenHome()?.uploadsElsewhere !== true) {
    expect(location).toMatch(PATH);
    return location;
  }
  const isLeadingBack = UPLOAD.test(new URL(response.url).pathname) && !UPLOAD.test(location);
  expect(location).toMatch(isLeadingBack ? WITH_HOST : AT_ANY_HOST);
  const { href, pathname } = new URL(location, response.url);
  return UPLOAD.test(location) ? href : pathname;
}

const PATH = /^\/v2\/[\x21-\x7e]+$/;
const WITH_HOST = /^https?:\/\/[\w.:-]+\/v2\/[\x21-\x7e]+$/;
const AT_ANY_HOST = /^(https?:\/\/[\w.:-]+)?\/v2\/[\x21-\x7e]+$/;
const UPLOAD = /\/blobs\/uploads\/[^/]+$/;

/** As clients do it: the digest joins whatever query the Location has. */
export const withDigest = (location: string, digest: string): string =>
  `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;

/** The chunk's place as distribution-spec § Pushing a blob in chunks has it. */
export const placeOf = (first: number, { length }: Uint8Array): Record<string, string> => ({
  "Content-Range": `${first}-${first + length - 1}`,
});

export const patch = (
  registry: Fetching,
  location: string,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> => registry.fetch(location, { method: "PATCH", body: Buffer.from(bytes), headers });

export const put = (
  registry: Fetching,
  location: string,
  bytes?: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> =>
  registry.fetch(location, { method: "PUT", headers, ...(bytes && { body: Buffer.from(bytes) }) });

export async function pushBlob(registry: Fetching, repo: string, { bytes, digest }: Content): Promise<void> {
  const location = await beginUpload(registry, repo);
  expect((await put(registry, withDigest(location, digest), bytes)).status).toBe(201);
}

export const putManifest = (
  registry: Fetching,
  target: string,
  { bytes, mediaType }: Pick<ManifestContent, "bytes" | "mediaType">,
): Promise<Response> =>
  registry.fetch(target, {
    method: "PUT",
    body: Buffer.from(bytes),
    headers: { "Content-Type": mediaType },
  });

export async function pushManifest(
  registry: Fetching,
  repo: string,
  manifest: ManifestContent,
  reference: string = manifest.digest,
): Promise<Response> {
  const response = await putManifest(registry, `/v2/${repo}/manifests/${reference}`, manifest);
  expect(response.status).toBe(201);
  return response;
}

/** An image of a config and one layer, that differs from those of other seeds. */
export async function pushImage(registry: Fetching, repo: string, seed: string, reference?: string) {
  const config = content(JSON.stringify({ architecture: "amd64", os: "linux", seed }));
  const layer = content(`layer ${seed}`);
  await pushBlob(registry, repo, config);
  await pushBlob(registry, repo, layer);
  const manifest = image({ config, layers: [layer] });
  await pushManifest(registry, repo, manifest, reference);
  return { config, layer, manifest };
}

export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** A GET that goes where it is sent: a home may redirect to the blob's bytes (spec § Pulling blobs). */
export const pull = (
  registry: Fetching,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> => registry.fetch(path, { redirect: "follow", headers });

/** The code of the first error (distribution-spec § Error Codes). */
export async function codeOf(response: Response): Promise<string> {
  const { errors } = (await response.json()) as { errors: { code: string }[] };
  return errors[0]?.code ?? "none";
}

/** `[status, code]`: what a refusal says. */
export const refusalIn = async (response: Response): Promise<readonly [number, string]> => [
  response.status,
  await codeOf(response),
];

/** Of the answer in the end, where there is a redirect. */
export async function statusOf(registry: Fetching, path: string, method = "GET"): Promise<number> {
  const response = await registry.fetch(path, { method, redirect: "follow" });
  await response.arrayBuffer();
  return response.status;
}

export async function tagsOf(registry: Fetching, repo: string): Promise<readonly string[]> {
  const { tags } = (await (await registry.fetch(`/v2/${repo}/tags/list`)).json()) as { tags: string[] };
  return tags;
}

export async function catalogOf(registry: Fetching): Promise<readonly string[]> {
  const response = await registry.fetch("/v2/_catalog?n=10000");
  return ((await response.json()) as { repositories: string[] }).repositories;
}
