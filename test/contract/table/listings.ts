import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySortKey } from "./arbitraries.ts";
import {
  freshPartition,
  insist,
  inUtf8Order,
  put,
  putKeys,
  readPages,
  sortKeysOf,
  type TableUnderTest,
} from "./context.ts";

export function describeListings(test: TableUnderTest): void {
  /** items of 300 KB in a page of 1 MB */
  const most = test.generous ? 4 : 3;

  describe("query", () => {
    it("answers an empty page where nothing matches", async () => {
      expect(await sortKeysOf(test.table, { pk: freshPartition(), prefix: "TAG#" })).toEqual([]);
    });

    it("lists the items of one partition under one prefix", async () => {
      const pk = freshPartition();
      await putKeys(test.table, pk, ["META", "TAG#a", "TAG#b", "TAGGED#a", "TAG", "UPLOAD"]);
      await putKeys(test.table, `${pk}#other`, ["TAG#c"]);
      expect(await sortKeysOf(test.table, { pk, prefix: "TAG#" })).toEqual(["TAG#a", "TAG#b"]);
    });

    it("gives whole items, and with keysOnly their keys alone", async () => {
      const pk = freshPartition();
      await put(test.table, { pk, sk: "A" }, { size: 1, bytes: Uint8Array.of(1) });
      const whole = await readPages(test.table, { pk, prefix: "" });
      expect(whole.items).toEqual([{ pk, sk: "A", attributes: { size: 1, bytes: Uint8Array.of(1) } }]);
      const keys = await readPages(test.table, { pk, prefix: "", keysOnly: true });
      expect(keys.items).toEqual([{ pk, sk: "A", attributes: {} }]);
    });

    it("holds no more items than the limit, and goes on where the page ended", async () => {
      const pk = freshPartition();
      const sortKeys = Array.from({ length: 25 }, (_, at) => String(at).padStart(2, "0"));
      await putKeys(test.table, pk, sortKeys);
      for (const reverse of [false, true]) {
        const { items, pages } = await readPages(test.table, { pk, prefix: "", limit: 10, reverse });
        expect(pages.every((page) => page.length <= 10)).toBe(true);
        expect(items.map(({ sk }) => sk)).toEqual(reverse ? sortKeys.toReversed() : sortKeys);
      }
    });

    it.each([true, false])("ends a page at 1 MB of whole items (keysOnly: %s)", async (keysOnly) => {
      const pk = freshPartition();
      const sortKeys = ["1", "2", "3", "4", "5"];
      for (const sk of sortKeys) await put(test.table, { pk, sk }, { bytes: new Uint8Array(300_000) });
      const { items, pages } = await readPages(test.table, { pk, prefix: "", keysOnly });
      expect(pages.every((page) => page.length <= most)).toBe(true);
      expect(items.map(({ sk }) => sk)).toEqual(sortKeys);
    });

    it("counts items at the size that updates gave them", async () => {
      const pk = freshPartition();
      await putKeys(test.table, pk, ["1", "2", "3", "4", "5"]);
      const set = { bytes: new Uint8Array(300_000) };
      for (const sk of ["1", "2", "3", "4", "5"]) {
        await insist(() => test.table.write({ op: "update", key: { pk, sk }, set }));
      }
      const { pages } = await readPages(test.table, { pk, prefix: "", keysOnly: true });
      expect(pages.every((page) => page.length <= most)).toBe(true);
    });

    it("shows what was written before to a strong query", async () => {
      const pk = freshPartition();
      await putKeys(test.table, pk, ["A", "B"]);
      await insist(() => test.table.write({ op: "delete", key: { pk, sk: "A" } }));
      expect(await sortKeysOf(test.table, { pk, prefix: "" })).toEqual(["B"]);
    });

    it("orders sort keys as their UTF-8 bytes, however it pages", async () => {
      const anyListing = fc.record({
        prefix: fc.oneof(fc.constant(""), anySortKey),
        after: fc.option(anySortKey, { nil: undefined }),
        limit: fc.integer({ min: 1, max: 20 }),
        reverse: fc.boolean(),
        keysOnly: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(anySortKey, { minLength: 1, maxLength: 40 }),
          fc.array(anyListing, { minLength: 1, maxLength: 10 }),
          async (sortKeys, listings) => {
            const pk = freshPartition();
            await putKeys(test.table, pk, sortKeys);
            for (const { after, ...listing } of listings) {
              const listed = await sortKeysOf(test.table, {
                pk,
                ...listing,
                ...(after !== undefined && { after }),
              });
              expect(listed).toEqual(expectedKeys(sortKeys, { after, ...listing }));
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}

function expectedKeys(
  sortKeys: readonly string[],
  { prefix, after, reverse }: { prefix: string; after: string | undefined; reverse: boolean },
): readonly string[] {
  const ordered = inUtf8Order(sortKeys.filter((sk) => sk.startsWith(prefix)));
  const wanted = reverse ? ordered.toReversed() : ordered;
  if (after === undefined) return wanted;
  return wanted.filter((sk) => {
    const order = Buffer.compare(Buffer.from(sk), Buffer.from(after));
    return reverse ? order < 0 : order > 0;
  });
}
