import { algorithmOf } from "../../oci/digest.ts";
import { digestOfBytes } from "../../registry/digests.ts";
import { bodyOf, isFine, refused } from "../answers.ts";
import { readWhole } from "../content.ts";
import { DamagedError } from "../failures.ts";
import { persist } from "../patience.ts";
import type { Remote } from "../remote.ts";
import type { BlobSender } from "./blob-sender.ts";
import { BINARY, beginUpload, closing } from "./upload.ts";

/** Blobs up to so many bytes are held in memory and go in one request. */
export const SMALL_BYTES = 1024 * 1024;

/** POST and PUT: distribution-spec § POST then PUT. */
export const createSmallSender = (remote: Remote): BlobSender => ({
  send: async (blob, { at }) => {
    const bytes = await readWhole(blob.content);
    const found = digestOfBytes(algorithmOf(blob.digest), bytes);
    if (found !== blob.digest) throw new DamagedError(blob.content.name, blob.digest, found);
    // A PUT that was cut may have left some bytes, so each try has an upload of its own.
    const answer = await persist(async () => {
      const target = closing(await beginUpload(remote), blob.digest);
      return remote.client.send({ method: "PUT", target, headers: BINARY, body: bodyOf(bytes) });
    }, remote.waiting);
    if (!isFine(answer)) throw refused(answer);
    at(bytes.length);
  },
});
