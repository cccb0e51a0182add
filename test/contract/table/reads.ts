import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item, Key } from "../../../shared/ports/table.ts";
import { anyAttributes, anySortKey } from "./arbitraries.ts";
import {
  attributesOf,
  freshKey,
  freshPartition,
  insist,
  put,
  putKeys,
  type TableUnderTest,
} from "./context.ts";

export function describeReads(test: TableUnderTest): void {
  describe("get", () => {
    it("answers undefined where there is no item", async () => {
      expect(await test.table.get(freshKey(), "strong")).toBeUndefined();
      expect(await test.table.get(freshKey(), "eventual")).toBeUndefined();
    });

    it("gives back every value as it was put", async () => {
      await fc.assert(
        fc.asyncProperty(anySortKey, anyAttributes, async (sk, attributes) => {
          const key = { pk: freshPartition(), sk };
          await put(test.table, key, attributes);
          expect(await test.table.get(key, "strong")).toEqual({ ...key, attributes });
        }),
        { numRuns: 50 },
      );
    });

    it("shows a write to the strong read that follows its answer", async () => {
      const key = freshKey();
      for (let count = 0; count < 100; count += 1) {
        await put(test.table, key, { count });
        expect(await attributesOf(test.table, key)).toEqual({ count });
      }
    });

    it("shares no bytes with its callers", async () => {
      const key = freshKey();
      await insist(() => {
        const bytes = Uint8Array.of(1, 2, 3);
        const answer = test.table.write({ op: "put", key, attributes: { bytes } });
        bytes.fill(9);
        return answer;
      });
      const first = await attributesOf(test.table, key);
      expect(first).toEqual({ bytes: Uint8Array.of(1, 2, 3) });
      if (first?.["bytes"] instanceof Uint8Array) first["bytes"].fill(7);
      expect(await attributesOf(test.table, key)).toEqual({ bytes: Uint8Array.of(1, 2, 3) });
    });

    it("takes bytes out of the middle of a larger buffer", async () => {
      const key = freshKey();
      await put(test.table, key, { bytes: Buffer.from("before bytes after").subarray(7, 12) });
      const bytes = (await attributesOf(test.table, key))?.["bytes"];
      expect(bytes).toStrictEqual(new Uint8Array(Buffer.from("bytes")));
    });
  });

  describe("getMany", () => {
    it("answers an empty batch with nothing", async () => {
      expect(await test.table.getMany([])).toEqual({ items: [], unprocessed: [] });
    });

    it("reads 100 keys, and leaves absent items out", async () => {
      const pk = freshPartition();
      const sortKeys = Array.from({ length: 50 }, (_, at) => `PRESENT#${at}`);
      await putKeys(test.table, pk, sortKeys);
      const absent = Array.from({ length: 50 }, (_, at) => `ABSENT#${at}`);
      const items = await readAll(
        test,
        [...absent, ...sortKeys].map((sk) => ({ pk, sk })),
      );
      expect(items.map(({ sk }) => sk).toSorted()).toEqual(sortKeys.toSorted());
    });

    it("gives what exceeds 1 MB back as unprocessed, to be asked for again", async () => {
      const pk = freshPartition();
      const keys = Array.from({ length: 5 }, (_, at) => ({ pk, sk: `${at}` }));
      for (const key of keys) await put(test.table, key, { bytes: new Uint8Array(300_000) });
      const { items, unprocessed } = await test.table.getMany(keys);
      expect(items.length).toBeGreaterThan(0);
      expect(items.length).toBeLessThanOrEqual(test.generous ? 5 : 3);
      expect([...items.map(({ sk }) => sk), ...unprocessed.map(({ sk }) => sk)].toSorted()).toEqual(
        keys.map(({ sk }) => sk),
      );
      expect(await readAll(test, keys)).toHaveLength(5);
    });
  });
}

async function readAll({ table }: TableUnderTest, keys: readonly Key[]): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let rest = keys; rest.length > 0; ) {
    const { items, unprocessed } = await table.getMany(rest);
    found.push(...items);
    rest = unprocessed;
  }
  return found;
}
