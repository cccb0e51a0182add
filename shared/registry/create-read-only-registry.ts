import { OciError } from "../oci/errors.ts";
import { createOpenBlob, createStatBlob } from "./blobs.ts";
import type { ReadPorts } from "./ports.ts";
import { createGetManifest } from "./pull-manifest.ts";
import { createListReferrers } from "./referrers.ts";
import type { Registry } from "./registry.ts";
import { createListRepos, createListTags } from "./tags.ts";

/** Everything that only reads, for a process that has no right to write: whatever would write is UNSUPPORTED. */
export function createReadOnlyRegistry(ports: ReadPorts): Registry {
  return {
    getManifest: createGetManifest(ports),
    listTags: createListTags(ports),
    listRepos: createListRepos(ports),
    listReferrers: createListReferrers(ports),
    statBlob: createStatBlob(ports),
    openBlob: createOpenBlob(ports),
    putManifest: refuse,
    deleteManifest: refuse,
    deleteTag: refuse,
    deleteBlob: refuse,
    mountBlob: refuse,
    beginUpload: refuse,
    statUpload: refuse,
    appendUpload: refuse,
    putPart: refuse,
    commitUpload: refuse,
    cancelUpload: refuse,
  };
}

const refuse = (): Promise<never> =>
  Promise.reject(new OciError("UNSUPPORTED", { reason: "this part of the registry only reads" }));
