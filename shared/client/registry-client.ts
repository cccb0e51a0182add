import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepoName, Tag } from "../oci/names.ts";
import type { Reference } from "../oci/reference.ts";
import type { ByteStream } from "../ports/blobs.ts";
import type { Clock } from "../ports/clock.ts";
import type { Manifest, ManifestInfo } from "../registry/registry.ts";
import { demandFine } from "./answers.ts";
import { authorize } from "./auth/authorize.ts";
import { ANONYMOUS, type FindCredentials } from "./auth/credentials.ts";
import type { TrustRealm } from "./auth/realm.ts";
import { deleteBlob, hasBlob, mountBlob, sizeOfBlob } from "./blobs.ts";
import type { Outgoing } from "./content.ts";
import { everyName, REPO_LIST, tagList } from "./lists.ts";
import {
  deleteManifest,
  getManifest,
  type OutgoingManifest,
  pushManifest,
  resolveManifest,
} from "./manifests.ts";
import type { HttpClient } from "./messages.ts";
import { persist, type Waiting } from "./patience.ts";
import { pullBlob, readBlob, type Stretch } from "./pull-blob.ts";
import { everyReferrer } from "./referrers.ts";
import type { Remote } from "./remote.ts";
import type { BlobWatch } from "./uploads/blob-sender.ts";
import { createSender } from "./uploads/create-sender.ts";
import { PartSize } from "./uploads/part-size.ts";
import { FORGETFUL, type UploadStates } from "./uploads/upload-states.ts";

export interface RegistryClientOptions {
  /** the bare line to the registry: `createHttpClient` */
  readonly http: HttpClient;
  /** none, where it is not given */
  readonly credentials?: FindCredentials;
  /** whether credentials may go to a token server on another host; no, where it is not given */
  readonly trust?: TrustRealm;
  readonly clock: Pick<Clock, "now" | "random" | "sleep">;
  /** of a request, the first one among them */
  readonly tries?: number;
  /** told, for people, why something is tried again; never a secret */
  readonly say?: (line: string) => void;
}

export interface PushOptions {
  /** told how far it is */
  readonly watch?: BlobWatch;
  /** bytes of one request */
  readonly partSize?: number;
  /** parts at once, where the registry takes them in any order */
  readonly partsAtOnce?: number;
  /** uploads that an earlier run has begun */
  readonly states?: UploadStates;
}

/**
 * Any OCI registry, from outside. What it refuses is a RegistryRefusal with the reason, what fails again and again a
 * RegistryFailure, and bytes that are not those of their digest are a DamagedError.
 */
export interface RegistryClient {
  readonly base: URL;
  /** Whether there is a registry that takes the credentials. */
  readonly ping: () => Promise<void>;
  /** What a tag means now. MANIFEST_UNKNOWN */
  readonly resolve: (repo: RepoName, reference: Reference) => Promise<ManifestInfo>;
  /** The manifest's exact bytes. MANIFEST_UNKNOWN */
  readonly getManifest: (repo: RepoName, reference: Reference) => Promise<Manifest>;
  /** MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN */
  readonly putManifest: (
    repo: RepoName,
    manifest: OutgoingManifest,
  ) => Promise<{ readonly subject?: Digest }>;
  /** A tag goes alone, a manifest with all its tags. MANIFEST_UNKNOWN, UNSUPPORTED */
  readonly deleteManifest: (repo: RepoName, reference: Reference) => Promise<void>;
  readonly hasBlob: (repo: RepoName, digest: Digest) => Promise<boolean>;
  /** bytes. BLOB_UNKNOWN */
  readonly sizeOfBlob: (repo: RepoName, digest: Digest) => Promise<number>;
  /** The bytes as they come, verified in the end. `size`: no more than so many are taken. BLOB_UNKNOWN */
  readonly pullBlob: (repo: RepoName, digest: Digest, size?: number) => ByteStream;
  /** A stretch of the blob, which nothing can verify. BLOB_UNKNOWN, RANGE_INVALID */
  readonly readBlob: (repo: RepoName, digest: Digest, stretch: Stretch) => ByteStream;
  /** Resolves when the blob is committed: sent, or there already. */
  readonly pushBlob: (repo: RepoName, blob: Outgoing, options?: PushOptions) => Promise<"sent" | "present">;
  /** False where the source does not have it. */
  readonly mountBlob: (repo: RepoName, digest: Digest, from?: RepoName) => Promise<boolean>;
  /** BLOB_UNKNOWN, UNSUPPORTED */
  readonly deleteBlob: (repo: RepoName, digest: Digest) => Promise<void>;
  /** NAME_UNKNOWN */
  readonly tags: (repo: RepoName) => AsyncIterable<Tag>;
  readonly repositories: () => AsyncIterable<RepoName>;
  readonly referrers: (repo: RepoName, subject: Digest, artifactType?: string) => AsyncIterable<Descriptor>;
  /** For what else there is to do with a repository, and with the registry. */
  readonly remote: (repo: RepoName) => Remote;
  readonly asking: Omit<Remote, "repo">;
  readonly close: () => void;
}

const PART_BYTES = 64 * 1024 * 1024;

/** A client for the registry that `http` leads to. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { http, credentials = async () => ANONYMOUS, trust = () => false, clock, say = () => {} } = options;
  const { now, random, sleep: pause } = clock;
  const tries = options.tries === undefined ? {} : { tries: options.tries };
  const waiting: Waiting = { now, random, pause, say, ...tries };
  const client = authorize({ client: http, credentials, trust, waiting });
  const asking = { client, waiting };
  const remote = (repo: RepoName): Remote => ({ ...asking, repo });
  return {
    base: http.base,
    ping: async () => {
      demandFine(await persist(() => client.send({ method: "GET", target: "/v2/" }), waiting));
    },
    resolve: (repo, reference) => resolveManifest(remote(repo), reference),
    getManifest: (repo, reference) => getManifest(remote(repo), reference),
    putManifest: (repo, manifest) => pushManifest(remote(repo), manifest),
    deleteManifest: (repo, reference) => deleteManifest(remote(repo), reference),
    ...blobOperations(remote),
    tags: (repo) => everyName(asking, tagList(repo)),
    repositories: () => everyName(asking, REPO_LIST),
    referrers: (repo, subject, artifactType) =>
      everyReferrer(remote(repo), { subject, ...(artifactType !== undefined && { artifactType }) }),
    remote,
    asking,
    close: client.close,
  };
}

type BlobOperation =
  | "hasBlob"
  | "sizeOfBlob"
  | "pullBlob"
  | "readBlob"
  | "pushBlob"
  | "mountBlob"
  | "deleteBlob";

const blobOperations = (remote: RegistryClient["remote"]): Pick<RegistryClient, BlobOperation> => ({
  hasBlob: (repo, digest) => hasBlob(remote(repo), digest),
  sizeOfBlob: (repo, digest) => sizeOfBlob(remote(repo), digest),
  pullBlob: (repo, digest, size) => pullBlob(remote(repo), digest, size),
  readBlob: (repo, digest, stretch) => readBlob(remote(repo), digest, stretch),
  pushBlob: (repo, blob, push = {}) => pushBlob(remote(repo), blob, push),
  mountBlob: (repo, digest, from) => mountBlob(remote(repo), digest, from),
  deleteBlob: (repo, digest) => deleteBlob(remote(repo), digest),
});

async function pushBlob(remote: Remote, blob: Outgoing, options: PushOptions): Promise<"sent" | "present"> {
  const { watch, partSize = PART_BYTES, partsAtOnce = 1, states = FORGETFUL } = options;
  if (await hasBlob(remote, blob.digest)) return "present";
  const size = new PartSize(partSize, (bytes) => remote.waiting.say(`going on with parts of ${bytes} bytes`));
  const sender = createSender({ remote, states, partSize: size, partsAtOnce });
  await sender.send(blob, watch ?? { at: () => {}, resumed: () => {} });
  return "sent";
}
