import type { Blobs } from "../../shared/ports/blobs.ts";

export type BlobReads = Pick<Blobs, "head" | "read" | "open">;

/**
 * A blob store of which only reading is there from the start. What writes is loaded when it is first asked for: the S3
 * client is a third of a function's code and of its start, and to begin an upload, to mount a blob or to push a manifest
 * takes none of it.
 */
export function blobsOnDemand(reads: BlobReads, load: () => Promise<Blobs>): Blobs {
  let loading: Promise<Blobs> | undefined;
  const all = (): Promise<Blobs> => (loading ??= load());
  return {
    ...reads,
    put: async (...given) => (await all()).put(...given),
    createMultipart: async (...given) => (await all()).createMultipart(...given),
    uploadPart: async (...given) => (await all()).uploadPart(...given),
    completeMultipart: async (...given) => (await all()).completeMultipart(...given),
    abortMultipart: async (...given) => (await all()).abortMultipart(...given),
    remove: async (...given) => (await all()).remove(...given),
    list: async (...given) => (await all()).list(...given),
    listMultiparts: async (...given) => (await all()).listMultiparts(...given),
  };
}
