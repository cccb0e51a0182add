import { describe, expect, it } from "vitest";
import { contentOf } from "../../shared/client/content.ts";
import { RunningDigest } from "../../shared/client/uploads/running-digest.ts";
import { parseDigest } from "../../shared/oci/digest.ts";
import { patterned } from "../support/bodies.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { sha256 } from "./support/layouts.ts";

const SIZE = 3_000_000;
const BYTES = patterned(SIZE, "running");

const running = () => new RunningDigest({ digest: parseDigest(sha256(BYTES)), content: contentOf(BYTES) });

describe("the digest of a blob that is sent in parts", () => {
  it("is right though nothing was sent, and though everything was sent twice", async () => {
    expect(await running().end()).toBe(sha256(BYTES));
    const digest = running();
    for (const first of [0, 1_000_000, 0, 2_000_000]) {
      const read = await Array.fromAsync(digest.read(first, first + 1_000_000));
      expect(sha256(Buffer.concat(read))).toBe(sha256(BYTES.subarray(first, first + 1_000_000)));
    }
    expect(await digest.end()).toBe(sha256(BYTES));
  });

  it("is right whatever parts are read at once, to their ends or not", async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const random = seededRandom(seed);
      const digest = running();
      const parts = Array.from({ length: 4 }, () => digest.read(Math.floor(random() * SIZE), SIZE));
      for (let steps = 0; steps < 40; steps += 1) {
        const part = parts[Math.floor(random() * parts.length)];
        await (random() < 0.1 ? part?.return(undefined) : part?.next());
      }
      const [rest] = parts;
      const both = await Promise.all([rest && Array.fromAsync(rest), digest.end()]);
      expect(both[1], `seed ${seed}`).toBe(sha256(BYTES));
    }
  });
});
