import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Blobs } from "../../../shared/ports/blobs.ts";
import { bodyOf, brokenBody, collect, patterned, sameBytes } from "../../support/bodies.ts";
import { addPart, BIG, brokenRule, freshKey, put, read, storeInParts } from "./support.ts";

const near = (border: number) => fc.integer({ min: border - 1000, max: border + 1000 });

export function multipartContract(blobs: () => Blobs): void {
  describe("multipart uploads", () => {
    it("joins the parts in order of their numbers, whatever the order they came in", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      const pieces = [patterned(BIG, 1), patterned(BIG + 12_345, 2), patterned(77, 3)] as const;
      const last = await addPart(blobs(), multipart, 9000, pieces[2]);
      const first = await addPart(blobs(), multipart, 2, pieces[0]);
      const middle = await addPart(blobs(), multipart, 10, pieces[1]);
      expect(await blobs().head(multipart.key)).toBeUndefined();
      const completed = await blobs().completeMultipart(multipart, [first, middle, last]);
      expect(completed).toEqual({ outcome: "completed" });
      expect(await blobs().head(multipart.key)).toBe(2 * BIG + 12_345 + 77);
      expect(sameBytes((await read(blobs(), multipart.key)) ?? Buffer.alloc(0), Buffer.concat(pieces))).toBe(
        true,
      );
    });

    it("reads every range across the borders of parts", async () => {
      const key = freshKey();
      const pieces = [patterned(BIG, 1), patterned(BIG, 2), patterned(777, 3)];
      await storeInParts(blobs(), key, pieces);
      const whole = Buffer.concat(pieces);
      const place = fc
        .oneof(near(0), near(BIG), near(2 * BIG), near(whole.length), fc.nat(whole.length))
        .map((at) => Math.min(whole.length - 1, Math.max(0, at)));
      await fc.assert(
        fc.asyncProperty(place, place, async (one, other) => {
          const range = { first: Math.min(one, other), last: Math.max(one, other) };
          const body = await blobs().read(key, range);
          const bytes = body && (await collect(body));
          expect(bytes && sameBytes(bytes, whole.subarray(range.first, range.last + 1))).toBe(true);
        }),
        { numRuns: 30 },
      );
    });

    it("keeps an object of one empty part", async () => {
      const key = freshKey();
      await storeInParts(blobs(), key, [Buffer.alloc(0)]);
      expect(await blobs().head(key)).toBe(0);
      expect(await read(blobs(), key)).toHaveLength(0);
    });

    it("drops parts that the completion does not list", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      await addPart(blobs(), multipart, 1, patterned(100, "unlisted"));
      const listed = await addPart(blobs(), multipart, 2, patterned(200, "listed"));
      await addPart(blobs(), multipart, 3, patterned(300, "unlisted"));
      await blobs().completeMultipart(multipart, [listed]);
      expect(await read(blobs(), multipart.key)).toEqual(patterned(200, "listed"));
    });

    it("replaces a part that comes again under its number", async () => {
      const multipart = await blobs().createMultipart(freshKey());
      const older = await addPart(blobs(), multipart, 1, patterned(100, "older"));
      const newer = await addPart(blobs(), multipart, 1, patterned(200, "newer"));
      await expect(blobs().completeMultipart(multipart, [older])).rejects.toMatchObject(brokenRule);
      expect(await blobs().completeMultipart(multipart, [newer])).toEqual({ outcome: "completed" });
      expect(await read(blobs(), multipart.key)).toEqual(patterned(200, "newer"));
    });

    it("leaves the earlier part in place where a body throws", async () => {
      const left = new Error("the client left");
      const multipart = await blobs().createMultipart(freshKey());
      const earlier = await addPart(blobs(), multipart, 1, patterned(100, "earlier"));
      const body = brokenBody(patterned(2_000_000, "broken"), left);
      await expect(blobs().uploadPart(multipart, 1, body)).rejects.toBe(left);
      expect(await blobs().completeMultipart(multipart, [earlier])).toEqual({ outcome: "completed" });
      expect(await read(blobs(), multipart.key)).toEqual(patterned(100, "earlier"));
    });

    it("says gone for an upload that was completed, aborted, or never was", async () => {
      const completed = await blobs().createMultipart(freshKey());
      const part = await addPart(blobs(), completed, 1, patterned(10, "part"));
      await blobs().completeMultipart(completed, [part]);
      const aborted = await blobs().createMultipart(freshKey());
      await addPart(blobs(), aborted, 1, patterned(10, "part"));
      await blobs().abortMultipart(aborted);
      const elsewhere = { ...(await blobs().createMultipart(freshKey())), key: freshKey() };
      const strange = { key: freshKey(), id: "../../uploads" };
      for (const multipart of [completed, aborted, elsewhere, strange]) {
        expect(await blobs().uploadPart(multipart, 1, bodyOf(patterned(10, 1)))).toEqual({ outcome: "gone" });
        expect(await blobs().completeMultipart(multipart, [part])).toEqual({ outcome: "gone" });
        await blobs().abortMultipart(multipart);
      }
      expect(await read(blobs(), completed.key)).toEqual(patterned(10, "part"));
      expect(await blobs().head(aborted.key)).toBeUndefined();
    });

    it("replaces an object, put or of parts, by the one that is completed, and the other way round", async () => {
      const key = freshKey();
      await put(blobs(), key, patterned(100, "put"));
      for (const [at, pieces] of [[patterned(BIG, 1), patterned(50, 2)], [patterned(70, 3)]].entries()) {
        await storeInParts(blobs(), key, pieces);
        expect(await blobs().head(key), `replacement ${at}`).toBe(Buffer.concat(pieces).length);
      }
      expect(await read(blobs(), key)).toEqual(patterned(70, 3));
      await put(blobs(), key, patterned(100, "put again"));
      expect(await read(blobs(), key)).toEqual(patterned(100, "put again"));
    });

    it("removes an object of parts", async () => {
      const key = freshKey();
      await storeInParts(blobs(), key, [patterned(BIG, 1), patterned(1, 2)]);
      await blobs().remove(key);
      expect(await blobs().head(key)).toBeUndefined();
      await blobs().remove(key);
    });
  });
}
