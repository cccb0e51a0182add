import { OciError } from "../oci/errors.ts";
import type { Reference } from "../oci/reference.ts";
import type { ByteRange } from "../ports/blobs.ts";
import type { Clock } from "../ports/clock.ts";
import { digestOfBytes } from "../registry/digests.ts";
import type { OpenedBlob, PushedManifest, Registry } from "../registry/registry.ts";
import { DamagedError, RegistryFailure, RegistryRefusal } from "./failures.ts";
import { REPO_LIST, somePage, tagList } from "./lists.ts";
import { NoAnswerError } from "./messages.ts";
import { pageOfReferrers } from "./referrers.ts";
import type { RegistryClient } from "./registry-client.ts";
import { createRemoteUploads } from "./remote-uploads.ts";

export interface RemoteRegistryOptions {
  /** with few tries, where somebody waits for the answer */
  readonly client: RegistryClient;
  readonly clock: Clock;
}

type Call<Name extends keyof Registry> = Parameters<Registry[Name]>[0];

/**
 * A registry elsewhere as the core's own interface, so that serving it is a proxy. Whoever calls, the registry there sees
 * the client's credentials. Uploads are known to this process alone. Where it has no parts in any order, the handler
 * must not offer them (`uploadsAt`).
 */
export function createRemoteRegistry({ client, clock }: RemoteRegistryOptions): Registry {
  const { remote } = client;
  const registry: Registry = {
    getManifest: ({ repo, reference }) => client.getManifest(repo, reference),
    putManifest: (call) => putManifest(client, call),
    deleteManifest: ({ repo, digest }) => client.deleteManifest(repo, { kind: "digest", digest }),
    deleteTag: ({ repo, tag }) => client.deleteManifest(repo, { kind: "tag", tag }),
    listTags: ({ repo, ...page }) => somePage(remote(repo), tagList(repo), page),
    listReferrers: ({ repo, ...wanted }) => pageOfReferrers(remote(repo), wanted),
    listRepos: (page) => somePage(client.asking, REPO_LIST, page),
    statBlob: async ({ repo, digest }) => ({ digest, size: await client.sizeOfBlob(repo, digest) }),
    openBlob: (call) => openBlob(client, call),
    deleteBlob: ({ repo, digest }) => client.deleteBlob(repo, digest),
    mountBlob: async ({ repo, digest, from, sources }) => {
      // Which of the repositories there the caller may look through, can't be said there.
      if (from === undefined && sources !== undefined) return "unknown";
      return (await client.mountBlob(repo, digest, from)) ? "mounted" : "unknown";
    },
    ...createRemoteUploads({ remote, clock }),
  };
  return tellingInOurTerms(registry);
}

async function putManifest(client: RegistryClient, call: Call<"putManifest">): Promise<PushedManifest> {
  const { repo, reference, tags, mediaType, bytes } = call;
  const digest = reference.kind === "digest" ? reference.digest : digestOfBytes("sha256", bytes);
  const manifest = { digest, mediaType, bytes };
  const { subject } = await client.putManifest(repo, { ...manifest, tags: tagsOf(reference) });
  if (tags.length > 0) await client.putManifest(repo, { ...manifest, tags });
  return { digest, tags, ...(subject && { subject }) };
}

const tagsOf = (reference: Reference) => (reference.kind === "tag" ? [reference.tag] : []);

/** The bytes are asked for when the first of them is wanted. Parts of a blob can't be verified. */
async function openBlob(
  client: RegistryClient,
  { repo, digest, range }: Call<"openBlob">,
): Promise<OpenedBlob> {
  const size = await client.sizeOfBlob(repo, digest);
  const chosen: ByteRange | undefined = range?.(size);
  const body = chosen
    ? client.readBlob(repo, digest, { first: chosen.first, end: chosen.last + 1 })
    : client.pullBlob(repo, digest, size);
  return { info: { digest, size }, ...(chosen && { range: chosen }), source: { kind: "stream", body } };
}

/** The same operations, whose refusals are OciErrors. */
const tellingInOurTerms = (registry: Registry): Registry =>
  Object.fromEntries(
    Object.entries(registry).map(([name, operation]) => [name, wrapped(operation as AnyOperation)]),
  ) as unknown as Registry;

type AnyOperation = (call: never) => Promise<unknown>;

const wrapped =
  (operation: AnyOperation): AnyOperation =>
  async (call) => {
    try {
      return await operation(call);
    } catch (error) {
      throw inOurTerms(error);
    }
  };

function inOurTerms(error: unknown): unknown {
  // Whoever asks us has no part in what we show there, and can't mend it.
  if (error instanceof RegistryRefusal && error.reason !== "UNAUTHORIZED") {
    return new OciError(error.reason, error.detail, { cause: error });
  }
  const isOfTheirs = [RegistryRefusal, RegistryFailure, DamagedError, NoAnswerError].some(
    (kind) => error instanceof kind,
  );
  return isOfTheirs
    ? new OciError("UNAVAILABLE", { reason: "the registry behind this one" }, { cause: error })
    : error;
}
