import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Blobs } from "../../shared/ports/blobs.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { partSize } from "../../shared/registry/part-plan.ts";
import { bodyOf, collect, patterned } from "../support/bodies.ts";
import { createDomain, pushBlob, repo, sha256 } from "../support/domain.ts";

const bytes = patterned(6 * partSize(1), "six parts");

/** Blobs that acknowledge no part before another two have come, or all have. */
function slowBlobs(blobs: Blobs): { blobs: Blobs; most: () => number } {
  let [begun, going, most] = [0, 0, 0];
  let waiting: (() => void)[] = [];
  const acknowledgeAll = (): void => {
    for (const go of waiting) go();
    waiting = [];
  };
  const uploadPart: Blobs["uploadPart"] = async (multipart, number, body) => {
    begun += 1;
    going += 1;
    most = Math.max(most, going);
    const part = await collect(body);
    const acknowledged = new Promise<void>((go) => waiting.push(go));
    if (waiting.length === 3 || begun === 6) {
      // Whoever would begin a fourth can do so now.
      for (let turns = 0; turns < 100; turns += 1) await turn();
      acknowledgeAll();
    }
    await acknowledged;
    going -= 1;
    return blobs.uploadPart(multipart, number, bodyOf(part));
  };
  return { blobs: { ...blobs, uploadPart }, most: () => most };
}

it("has two parts on their way to the store while the next comes, and never more", async () => {
  const domain = createDomain();
  const { blobs, most } = slowBlobs(domain.blobs);
  const registry = createRegistry({ ...domain, blobs });
  expect(await pushBlob(registry, repo("a/b"), bytes)).toBe(sha256(bytes));
  expect(most()).toBe(3);
});
