import type { Descriptor } from "../oci/descriptor.ts";
import type { Algorithm, Digest } from "../oci/digest.ts";
import type { RepoName, Tag } from "../oci/names.ts";
import type { Reference } from "../oci/reference.ts";
import type { BlobMethod, BlobSource, ByteRange, ByteStream } from "../ports/blobs.ts";

/** Who asks, for the tag history and the logs; `anonymous` while there is no authentication. */
export interface Caller {
  readonly name: string;
}
export type Operation<Call, Answer> = (call: Call & { readonly caller: Caller }) => Promise<Answer>;

/** A manifest as it is served: the exact bytes that were pushed. */
export interface ManifestInfo {
  readonly digest: Digest;
  readonly mediaType: string;
  /** bytes */
  readonly size: number;
}
export interface Manifest extends ManifestInfo {
  readonly bytes: Uint8Array;
}
export interface PushedManifest {
  readonly digest: Digest;
  readonly subject?: Digest;
  /** the tags that now name it, as they were asked for */
  readonly tags: readonly Tag[];
}

export interface BlobInfo {
  readonly digest: Digest;
  /** bytes */
  readonly size: number;
}

export interface OpenedBlob {
  readonly info: BlobInfo;
  /** the part that `source` holds; absent where it is the whole blob */
  readonly range?: ByteRange;
  readonly source: BlobSource;
}

/** An upload as its owner sees it. */
export interface Upload {
  readonly id: UploadId;
  /** bytes that are durable: where the next chunk begins */
  readonly offset: number;
}
export type UploadId = string & { readonly uploadId: unique symbol };

/** What its owner knows of an upload: its name, and the secret without which nobody goes on with it. */
export interface UploadLocation {
  readonly repo: RepoName;
  readonly id: UploadId;
  readonly secret: UploadSecret;
}
/** 43 characters of base64url. Only the Location of the upload holds it: it belongs into no log and no error. */
export type UploadSecret = string & { readonly uploadSecret: unique symbol };

/** A chunk's place, where the client named one (Content-Range: both ends inclusive). */
export interface Chunk {
  readonly body: ByteStream;
  readonly range?: ByteRange;
  /** Content-Length, where the client sent one */
  readonly length?: number;
}

export interface PageCall {
  readonly repo: RepoName;
  /** at most so many entries, at least 1 */
  readonly limit: number;
  /** only entries after this one, which needn't exist */
  readonly after?: string;
}
export interface Listed<Entry> {
  readonly entries: readonly Entry[];
  /** hand it back as `after`; absent at the end */
  readonly next?: string;
  /** the caller may see more than what they show of themselves lets be listed */
  readonly isPartial?: true;
}

/**
 * The domain: everything that a registry does, each operation with one named argument.
 * HTTP serves any implementation; wrappers (access, telemetry, read-only) and remote clients implement it too.
 * Refusals are OciErrors with the reason that each operation names.
 */
export interface Registry {
  /** MANIFEST_UNKNOWN */
  readonly getManifest: Operation<{ repo: RepoName; reference: Reference }, Manifest>;
  /** MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN, DIGEST_INVALID (the bytes are others than `reference` says) */
  readonly putManifest: Operation<
    { repo: RepoName; reference: Reference; tags: readonly Tag[]; mediaType: string; bytes: Uint8Array },
    PushedManifest
  >;
  /** Deletes the manifest, every tag that names it, and its entry as a referrer. MANIFEST_UNKNOWN */
  readonly deleteManifest: Operation<{ repo: RepoName; digest: Digest }, void>;
  /** Takes the tag away, never the manifest. MANIFEST_UNKNOWN */
  readonly deleteTag: Operation<{ repo: RepoName; tag: Tag }, void>;
  /** In ascending byte order. NAME_UNKNOWN where nothing was ever pushed */
  readonly listTags: Operation<PageCall, Listed<Tag>>;
  /** Empty where the subject is unknown, also in a repository that is. */
  readonly listReferrers: Operation<
    PageCall & { subject: Digest; artifactType?: string },
    Listed<Descriptor>
  >;
  /** Repositories in ascending byte order. */
  readonly listRepos: Operation<Omit<PageCall, "repo">, Listed<RepoName>>;

  /** BLOB_UNKNOWN */
  readonly statBlob: Operation<{ repo: RepoName; digest: Digest }, BlobInfo>;
  /**
   * BLOB_UNKNOWN. `range` chooses the part once the size is known (undefined: all of it), so that a ranged read
   * looks the blob up only once; what it throws is thrown by the operation, and nothing was opened.
   */
  readonly openBlob: Operation<
    {
      repo: RepoName;
      digest: Digest;
      range?: (size: number) => ByteRange | undefined;
      /** what the client asks with, GET where it is not given: a redirect is good for that alone */
      method?: BlobMethod;
    },
    OpenedBlob
  >;
  /** Takes the blob out of this repository. BLOB_UNKNOWN */
  readonly deleteBlob: Operation<{ repo: RepoName; digest: Digest }, void>;
  /** "unknown" where the source (without `from`: any repository, or any of `sources`) does not have it. */
  readonly mountBlob: Operation<
    { repo: RepoName; digest: Digest; from?: RepoName; sources?: (repo: RepoName) => boolean },
    "mounted" | "unknown"
  >;

  readonly beginUpload: Operation<
    { repo: RepoName; algorithm?: Algorithm },
    Upload & { readonly secret: UploadSecret }
  >;
  /** BLOB_UPLOAD_UNKNOWN, as in all that follow also where the secret is another */
  readonly statUpload: Operation<UploadLocation, Upload>;
  /**
   * BLOB_UPLOAD_UNKNOWN, RANGE_INVALID (not where the last chunk ended, or another chunk came first),
   * SIZE_INVALID (range, length and body do not fit)
   */
  readonly appendUpload: Operation<UploadLocation & { chunk: Chunk }, Upload>;
  /**
   * Stores part `number` (from 1) of an upload whose parts come in any order, in place of what had that number before.
   * BLOB_UPLOAD_UNKNOWN, BLOB_UPLOAD_INVALID (the upload goes on in order), SIZE_INVALID
   */
  readonly putPart: Operation<
    UploadLocation & { number: number; chunk: Chunk },
    { /** bytes */ readonly size: number }
  >;
  /**
   * Appends the last chunk, verifies, and makes the blob visible. As `appendUpload`, and DIGEST_INVALID.
   * Repeated with the same digest it succeeds again. `parts`: how many numbered parts make up the blob;
   * BLOB_UPLOAD_INVALID where one of them lacks.
   */
  readonly commitUpload: Operation<
    UploadLocation & { digest: Digest; chunk: Chunk; parts?: number },
    BlobInfo
  >;
  /** BLOB_UPLOAD_UNKNOWN */
  readonly cancelUpload: Operation<UploadLocation, void>;
}
