import { algorithmOf, type Digest } from "../../oci/digest.ts";
import { createHasher, digestOfHash } from "../../registry/digests.ts";
import type { Outgoing } from "../content.ts";

/** The digest that the bytes really have, by the algorithm of the one that they should have. Rejects as the signal does. */
export async function digestOfContent({ digest, content }: Outgoing, signal: AbortSignal): Promise<Digest> {
  const hash = createHasher(algorithmOf(digest));
  for await (const chunk of content.read(0, content.size)) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return digestOfHash(algorithmOf(digest), hash);
}
