import type { BlobSender } from "./blob-sender.ts";
import { createPartSender, type PartSenderParts } from "./part-sender.ts";
import { createSmallSender, SMALL_BYTES } from "./small-sender.ts";

/** Small blobs go in one request, and large ones in parts. */
export function createSender(parts: PartSenderParts): BlobSender {
  const small = createSmallSender(parts.remote);
  const large = createPartSender(parts);
  return {
    send: (blob, watch) => (blob.content.size <= SMALL_BYTES ? small : large).send(blob, watch),
  };
}
