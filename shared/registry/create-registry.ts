import { createDeleteBlob, createMountBlob, createOpenBlob, createStatBlob } from "./blobs.ts";
import { createRunningUploads } from "./create-running-uploads.ts";
import { createDeleteManifest } from "./delete-manifest.ts";
import type { Ports } from "./ports.ts";
import { createGetManifest } from "./pull-manifest.ts";
import { createPutManifest } from "./push-manifest.ts";
import { createListReferrers } from "./referrers.ts";
import type { Registry } from "./registry.ts";
import { createDeleteTag, createListRepos, createListTags } from "./tags.ts";
import { createBeginUpload } from "./uploads.ts";

export interface RegistrySettings extends Ports {
  /** milliseconds without a request after which an upload no longer exists; a day where it is not given */
  readonly uploadIdle?: number;
  /** Takes manifests whose blobs are not here, as a partial mirror needs it; refuses them where it is not given. */
  readonly sparseManifests?: boolean;
}

const DAY = 24 * 60 * 60 * 1000;

/** The domain over the two ports: the same for the embedded home and for AWS. */
export function createRegistry(settings: RegistrySettings): Registry {
  const { uploadIdle = DAY, sparseManifests = false, ...ports } = settings;
  const uploads = { ...ports, uploadIdle };
  return {
    getManifest: createGetManifest(ports),
    putManifest: createPutManifest(ports, { sparse: sparseManifests }),
    deleteManifest: createDeleteManifest(ports),
    deleteTag: createDeleteTag(ports),
    listTags: createListTags(ports),
    listReferrers: createListReferrers(ports),
    listRepos: createListRepos(ports),
    statBlob: createStatBlob(ports),
    openBlob: createOpenBlob(ports),
    deleteBlob: createDeleteBlob(ports),
    mountBlob: createMountBlob(ports),
    beginUpload: createBeginUpload(uploads),
    ...createRunningUploads(uploads),
  };
}
