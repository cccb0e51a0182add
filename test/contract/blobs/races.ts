import { describe, expect, it } from "vitest";
import { BlobRuleError, type Blobs } from "../../../shared/ports/blobs.ts";
import { bodyOf, collect, patterned, sameBytes } from "../../support/bodies.ts";
import type { BlobsTraits } from "../blobs.contract.ts";
import { addPart, BIG, freshKey, put, read, storeInParts } from "./support.ts";

function stateOf(found: Buffer | undefined, pieces: readonly Buffer[]): "absent" | "whole" | "torn" {
  if (!found) return "absent";
  return sameBytes(found, Buffer.concat(pieces)) ? "whole" : "torn";
}

function goneWithItsParts(cause: unknown): { outcome: "gone" } {
  if (cause instanceof BlobRuleError && cause.message.startsWith("InvalidPart")) return { outcome: "gone" };
  throw cause;
}

export function racesContract(blobs: () => Blobs, { stepwiseAborts = false }: BlobsTraits): void {
  describe("races", () => {
    it("makes the whole object or none, where complete, abort and another part race", async () => {
      for (let round = 0; round < 10; round += 1) {
        const multipart = await blobs().createMultipart(freshKey());
        const pieces = [patterned(BIG, 1), patterned(1000, 2)] as const;
        const one = await addPart(blobs(), multipart, 1, pieces[0]);
        const two = await addPart(blobs(), multipart, 2, pieces[1]);
        const complete = () => blobs().completeMultipart(multipart, [one, two]);
        const calls = [
          stepwiseAborts ? () => complete().catch(goneWithItsParts) : complete,
          () => blobs().abortMultipart(multipart),
          () => blobs().uploadPart(multipart, 3, bodyOf(patterned(500_000, 3))),
        ] as const;
        const [completed] = await Promise.all(
          round % 2 ? [calls[0](), calls[1](), calls[2]()] : [calls[0](), calls[2](), calls[1]()],
        );
        const found = await read(blobs(), multipart.key);
        expect(stateOf(found, pieces)).toBe(completed.outcome === "completed" ? "whole" : "absent");
        await blobs().abortMultipart(multipart);
        expect(await blobs().uploadPart(multipart, 4, bodyOf(patterned(1, 4)))).toEqual({ outcome: "gone" });
      }
    });

    it("lets one of two racing completions join the parts", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      const part = await addPart(blobs(), multipart, 1, patterned(1000, 1));
      const outcomes = await Promise.all(
        [1, 2, 3].map(async () => (await blobs().completeMultipart(multipart, [part])).outcome),
      );
      // S3 may also answer a repeated completion as it answered the first.
      expect(outcomes).toContain("completed");
      expect(await read(blobs(), multipart.key)).toEqual(patterned(1000, 1));
    });

    it("keeps one whole part of two that come at once under one number", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      const pieces = [patterned(1_500_000, "a"), patterned(1_400_000, "b")];
      const parts = await Promise.all(pieces.map((piece) => addPart(blobs(), multipart, 1, piece)));
      const completed = await Promise.allSettled(
        parts.map(async (part) => (await blobs().completeMultipart(multipart, [part])).outcome),
      );
      const winner = completed.findIndex((one) => one.status === "fulfilled" && one.value === "completed");
      const expected = pieces[winner];
      expect(expected && sameBytes((await read(blobs(), multipart.key)) ?? Buffer.alloc(0), expected)).toBe(
        true,
      );
    });

    it("keeps one whole object of many that are put at once under one key, while it is read", async () => {
      const key = freshKey();
      const candidates = Array.from({ length: 6 }, (_, at) => patterned(200_000 + at, at));
      await put(blobs(), key, patterned(200_000, 0));
      const isOne = (bytes: Buffer | undefined) => candidates.some((one) => bytes && sameBytes(bytes, one));
      const reads = async () => {
        for (let round = 0; round < 5; round += 1) {
          // S3 fails none of these; a store that finds the object replaced before it could read may.
          const whole = await read(blobs(), key).then(isOne, () => "replaced meanwhile");
          expect([true, "replaced meanwhile"]).toContain(whole);
        }
      };
      await Promise.all([reads(), ...candidates.map((bytes) => put(blobs(), key, bytes))]);
      expect(isOne(await read(blobs(), key))).toBe(true);
    });

    it("gives a reader the whole object or an error, never a piece, where it is removed meanwhile", async () => {
      for (let round = 0; round < 5; round += 1) {
        const key = freshKey();
        const pieces = [patterned(BIG, 1), patterned(BIG, 2)];
        await storeInParts(blobs(), key, pieces);
        const body = await blobs().read(key);
        if (!body) throw new Error("the object should be there");
        const reading = collect(body).then(
          (found) => stateOf(found, pieces),
          () => "failed",
        );
        const [state] = await Promise.all([reading, blobs().remove(key)]);
        expect(["whole", "failed"]).toContain(state);
        expect(await blobs().head(key)).toBeUndefined();
      }
    });
  });
}
