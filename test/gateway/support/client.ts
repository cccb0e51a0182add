import { createHash } from "node:crypto";

/** A client that says exactly what a test wants, and follows no redirect by itself. */
export interface RegistryClient {
  readonly url: string;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** POST and PUT; resolves with the digest. Rejects where it is not 201. */
  readonly pushBlob: (repository: string, bytes: Uint8Array) => Promise<string>;
  /** where a fresh upload goes on, with a query that a digest can be added to */
  readonly startUpload: (repository: string) => Promise<string>;
  readonly putManifest: (repository: string, reference: string, manifest: Uint8Array) => Promise<Response>;
  /** the bytes of a blob, through the redirect */
  readonly pullBlob: (repository: string, digest: string) => Promise<Buffer>;
}

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** An image manifest of these blobs: the first is the config, the others are layers. */
export function manifestOf(
  blobs: readonly Uint8Array[],
  extra: Readonly<Record<string, unknown>> = {},
): Buffer {
  const descriptors = blobs.map((bytes, index) => ({
    mediaType:
      index === 0 ? "application/vnd.oci.image.config.v1+json" : "application/vnd.oci.image.layer.v1.tar",
    digest: digestOf(bytes),
    size: bytes.length,
  }));
  const [config, ...layers] = descriptors;
  return Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers, ...extra }),
  );
}

/** `agent`: what it says that it is; the registry answers some clients otherwise. */
export function createClient(url: string, agent = "test"): RegistryClient {
  const call: RegistryClient["fetch"] = (path, init) =>
    fetch(new URL(path, url), {
      redirect: "manual",
      ...init,
      headers: { "User-Agent": agent, ...Object.fromEntries(new Headers(init?.headers)) },
    });
  const startUpload = async (repository: string): Promise<string> => {
    const begun = await call(`/v2/${repository}/blobs/uploads/`, { method: "POST" });
    await expectStatus(begun, 202);
    return begun.headers.get("location") ?? "";
  };
  return {
    url,
    fetch: call,
    startUpload,
    pushBlob: async (repository, bytes) => {
      const digest = digestOf(bytes);
      const location = await startUpload(repository);
      const put = await call(withDigest(location, digest), { method: "PUT", body: Buffer.from(bytes) });
      await expectStatus(put, 201);
      return digest;
    },
    putManifest: (repository, reference, manifest) =>
      call(`/v2/${repository}/manifests/${reference}`, {
        method: "PUT",
        headers: { "Content-Type": MANIFEST_TYPE },
        body: Buffer.from(manifest),
      }),
    pullBlob: async (repository, digest) => {
      const response = await call(`/v2/${repository}/blobs/${digest}`);
      await expectStatus(response, 307);
      const followed = await fetch(response.headers.get("location") ?? "");
      await expectStatus(followed, 200);
      return Buffer.from(await followed.arrayBuffer());
    },
  };
}

export const withDigest = (location: string, digest: string): string =>
  `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;

async function expectStatus(response: Response, status: number): Promise<void> {
  if (response.status === status) return;
  throw new Error(`${response.status} instead of ${status} from ${response.url}: ${await response.text()}`);
}
