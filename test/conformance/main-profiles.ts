/** A version of the specification that the suite of its main branch can test by. */
export interface Profile {
  /** what the suite's own setting OCI_VERSION calls it */
  readonly version: "dev" | "1.1";
  /** manifests of which some descriptors were never pushed: no version turns them on by itself */
  readonly sparse: boolean;
  /** whether the answer that has a blob's bytes names their digest: the bucket's does not, CloudFront's before it does */
  readonly digestHeader: boolean;
  /** what this version does not have, by the suite's names: it may be off, and nothing else may */
  readonly leavesOut: ReadonlySet<string>;
}

/** Every API and every kind of data. */
const MAIN: Profile = { version: "dev", sparse: true, digestHeader: true, leavesOut: new Set() };

/** The released specification, against a registry with its default settings. */
const MAIN_1_1: Profile = {
  version: "1.1",
  sparse: false,
  digestHeader: true,
  leavesOut: new Set([
    "config.apis.blobs.digestHeader",
    "config.apis.blobs.uploadCancel",
    "config.apis.manifests.digestHeader",
    "config.apis.manifests.tagParam",
    "config.data.sparse",
    "apis: Blob upload cancel",
    "apis: Manifest put with tag params",
    "data: Sparse Manifests",
    "data: Tag Param",
    "data: Tag Param sha512",
    "OCI Conformance Test/sha256 blobs/post cancel/blob-post-cancel",
    "OCI Conformance Test/sha512 blobs/post cancel/blob-post-cancel",
  ]),
};

/** The same for Berth in an account: no setting lets sparse manifests in. */
export const inAccount = ({ leavesOut, ...profile }: Profile): Profile => ({
  ...profile,
  sparse: false,
  leavesOut: new Set([...leavesOut, "config.data.sparse", "data: Sparse Manifests"]),
});

/** The same where the bucket itself has the bytes of blobs, which does not know their digests. */
export const redirected = (profile: Profile): Profile => {
  const { leavesOut, ...others } = inAccount(profile);
  return {
    ...others,
    digestHeader: false,
    leavesOut: new Set([...leavesOut, "config.apis.blobs.digestHeader"]),
  };
};

export const PROFILES = { main: MAIN, "main-1.1": MAIN_1_1 } as const;
export type ProfileName = keyof typeof PROFILES;
