import { describe, expect, it } from "vitest";
import { type Blobs, type Part } from "../../../shared/ports/blobs.ts";
import { bodyOf, patterned } from "../../support/bodies.ts";
import { addPart, BIG, brokenRule, freshKey, read } from "./support.ts";

export function partRulesContract(blobs: () => Blobs): void {
  describe("the rules of parts", () => {
    it("refuses a part below 5 MiB that is not the last (EntityTooSmall), and keeps the upload", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      const small = await addPart(blobs(), multipart, 1, patterned(BIG - 1, 1));
      const last = await addPart(blobs(), multipart, 2, patterned(1, 2));
      await expect(blobs().completeMultipart(multipart, [small, last])).rejects.toMatchObject(brokenRule);
      const enough = await addPart(blobs(), multipart, 1, patterned(BIG, 1));
      expect(await blobs().completeMultipart(multipart, [enough, last])).toEqual({ outcome: "completed" });
      expect(await blobs().head(multipart.key)).toBe(BIG + 1);
    });

    it("refuses unknown parts, wrong etags, a wrong order, and none at all", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      const one = await addPart(blobs(), multipart, 1, patterned(BIG, 1));
      const two = await addPart(blobs(), multipart, 2, patterned(BIG, 2));
      const wrong: readonly (readonly Part[])[] = [
        [],
        [{ ...one, number: 3 }],
        [{ ...one, etag: two.etag }],
        [one, { ...two, etag: "0123" }],
        [two, one],
        [one, one],
        [one, two, { ...two, number: 3 }],
      ];
      for (const parts of wrong) {
        await expect(blobs().completeMultipart(multipart, parts)).rejects.toMatchObject(brokenRule);
        expect(await blobs().head(multipart.key)).toBeUndefined();
      }
      expect(await blobs().completeMultipart(multipart, [one, two])).toEqual({ outcome: "completed" });
    });

    it.each([0, -1, 1.5, 10_001, Number.NaN])("refuses part number %d", async (number) => {
      const multipart = await blobs().createMultipart(freshKey());
      const upload = blobs().uploadPart(multipart, number, bodyOf(patterned(1, 1)));
      await expect(upload).rejects.toMatchObject(brokenRule);
    });

    it("takes part number 10,000", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      const part = await addPart(blobs(), multipart, 10_000, patterned(5, 1));
      await blobs().completeMultipart(multipart, [part]);
      expect(await read(blobs(), multipart.key)).toEqual(patterned(5, 1));
    });
  });
}
