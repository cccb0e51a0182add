import type { BlobFile, Image } from "./content.ts";
import { MANIFEST_TYPE } from "./content.ts";
import { sendFile } from "./generators.ts";

const OCTETS = { "Content-Type": "application/octet-stream" };

/** One request that must end as expected; returns its answer with the body read. */
export async function ask(
  url: string,
  wanted: number,
  init: RequestInit = {},
): Promise<{ headers: Headers; text: string }> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (response.status !== wanted) {
    throw new Error(
      `${init.method ?? "GET"} ${url}: ${response.status} instead of ${wanted}: ${text.slice(0, 500)}`,
    );
  }
  return { headers: response.headers, text };
}

export async function beginUpload(registry: string, repo: string): Promise<URL> {
  const { headers } = await ask(`${registry}/v2/${repo}/blobs/uploads/`, 202, { method: "POST" });
  return new URL(headers.get("location") ?? "", registry);
}

function closing(location: URL, digest: string): string {
  const url = new URL(location);
  url.searchParams.set("digest", digest);
  return url.href;
}

/** Pushes an image's blobs and its manifest under one tag. */
export async function pushImage(
  registry: string,
  repo: string,
  { image, tag }: { image: Image; tag: string },
) {
  for (const { bytes, digest } of image.blobs) {
    const url = closing(await beginUpload(registry, repo), digest);
    await ask(url, 201, { method: "PUT", body: new Uint8Array(bytes), headers: OCTETS });
  }
  await pushTag(registry, repo, { image, tag });
}

export async function pushTag(registry: string, repo: string, { image, tag }: { image: Image; tag: string }) {
  const url = `${registry}/v2/${repo}/manifests/${tag}`;
  const body = new Uint8Array(image.manifest.bytes);
  await ask(url, 201, { method: "PUT", body, headers: { "Content-Type": MANIFEST_TYPE } });
}

export interface Push {
  readonly blob: BlobFile;
  /** the whole body by PATCH without a length and a closing PUT (as Docker does), or all in the PUT */
  readonly by: "PATCH" | "PUT";
}

/** POST, then what belongs to an upload that was begun. */
export async function pushFile(registry: string, repo: string, push: Push): Promise<void> {
  await sendUpload(await beginUpload(registry, repo), push);
}

/** Answers how many milliseconds the closing PUT took, where it had no body. */
export async function sendUpload(
  begun: URL,
  { blob, by }: Push,
): Promise<{ readonly commit: number | undefined }> {
  const told = `${begun.host}: ${by} of ${blob.size} bytes`;
  if (by === "PUT") {
    const { status } = await sendFile({ method: "PUT", url: closing(begun, blob.digest), blob });
    if (status !== 201) throw new Error(`${told} ended with ${status}`);
    return { commit: undefined };
  }
  const { status, location } = await sendFile({ method: "PATCH", url: begun.href, blob });
  if (status !== 202) throw new Error(`${told} ended with ${status}`);
  const closedAt = performance.now();
  await ask(closing(new URL(location, begun), blob.digest), 201, { method: "PUT" });
  return { commit: performance.now() - closedAt };
}

/** The size that HEAD tells; a blob that was acknowledged must be there, whole. */
export async function checkBlob(registry: string, repo: string, { digest, size }: BlobFile): Promise<void> {
  const { headers } = await ask(`${registry}/v2/${repo}/blobs/${digest}`, 200, { method: "HEAD" });
  const told = Number(headers.get("content-length"));
  if (told !== size) throw new Error(`${registry}: blob ${digest} has ${told} bytes instead of ${size}`);
}
