import { algorithmOf, type Digest } from "../../shared/oci/digest.ts";
import { createHasher, digestOfHash } from "../../shared/registry/digests.ts";
import { readStretch, type Stretch } from "./stretch.ts";

/** The digest that the bytes really have, by the algorithm of the one that they should have. */
export async function digestOfStretch(expected: Digest, stretch: Stretch): Promise<Digest> {
  const hash = createHasher(algorithmOf(expected));
  for await (const chunk of readStretch(stretch)) hash.update(chunk);
  return digestOfHash(algorithmOf(expected), hash);
}
