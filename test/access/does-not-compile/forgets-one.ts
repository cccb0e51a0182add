import type { Registry } from "../../../shared/registry/registry.ts";

/** A wrapper as shared/access/guard.ts is one, but for `deleteBlob`, which it forgets. */
export const forgetful = (registry: Registry): Registry => ({
  getManifest: registry.getManifest,
  putManifest: registry.putManifest,
  deleteManifest: registry.deleteManifest,
  deleteTag: registry.deleteTag,
  listTags: registry.listTags,
  listReferrers: registry.listReferrers,
  listRepos: registry.listRepos,
  statBlob: registry.statBlob,
  openBlob: registry.openBlob,
  mountBlob: registry.mountBlob,
  beginUpload: registry.beginUpload,
  statUpload: registry.statUpload,
  appendUpload: registry.appendUpload,
  putPart: registry.putPart,
  commitUpload: registry.commitUpload,
  cancelUpload: registry.cancelUpload,
});
