import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Blobs, type Multipart } from "../../../shared/ports/blobs.ts";
import { patterned } from "../../support/bodies.ts";
import type { BlobsTraits } from "../blobs.contract.ts";
import { addPart, inTurns, put } from "./support.ts";

const ids = (uploads: readonly Multipart[]) => uploads.map(({ key, id }) => `${key} ${id}`).toSorted();

export function listingContract(
  blobs: () => Blobs,
  { filesAreKeys = false, oneUploadPage = false }: BlobsTraits,
): void {
  const keysUnder = async (prefix: string): Promise<string[]> => {
    const { entries } = await blobs().list(prefix);
    return entries.map(({ key }) => key);
  };

  describe("listings", () => {
    it("orders keys as bytes, folders or not, and gives sizes", async () => {
      const folder = `list-${randomUUID()}`;
      const nested = filesAreKeys ? ["a/b/c", "a/-"] : ["a/b", "a", "a/b/c", "a/-"];
      const names = ["b", "a-b", ...nested, "a0", "a_b", "ab"];
      for (const [at, name] of names.entries()) await put(blobs(), `${folder}/${name}`, Buffer.alloc(at));
      const expected = names.map((name, size) => ({ key: `${folder}/${name}`, size }));
      const inOrder = expected.toSorted((one, other) => (one.key < other.key ? -1 : 1));
      expect(await blobs().list(`${folder}/`)).toEqual({ entries: inOrder });
      for (const { key } of inOrder) {
        const after = inOrder.filter((entry) => entry.key > key);
        expect((await blobs().list(`${folder}/`, key)).entries).toEqual(after);
      }
    });

    it("takes any text as a prefix, and a key that needn't exist to go on after", async () => {
      const folder = `list-${randomUUID()}`;
      for (const name of ["2026-11-23/x", "2026-11-24/y", "2026-12-01/z"]) {
        await put(blobs(), `${folder}/${name}`, Buffer.from("1"));
      }
      expect(await keysUnder(`${folder}/2026-11`)).toHaveLength(2);
      expect(await keysUnder(`${folder}/2026-11-24/`)).toEqual([`${folder}/2026-11-24/y`]);
      expect(await keysUnder(`${folder}/2026-11-24/y`)).toEqual([`${folder}/2026-11-24/y`]);
      expect(await keysUnder(`${folder}/2026-11-24/yy`)).toEqual([]);
      expect(await keysUnder(`nothing-${randomUUID()}/`)).toEqual([]);
      const { entries } = await blobs().list(`${folder}/`, `${folder}/2026-11-24`);
      expect(entries.map(({ key }) => key)).toEqual([`${folder}/2026-11-24/y`, `${folder}/2026-12-01/z`]);
    });

    it("gives 1000 keys in a page, and the rest in the next", async () => {
      const folder = `list-${randomUUID()}`;
      const keys = Array.from({ length: 1003 }, (_, at) => `${folder}/${String(at).padStart(4, "0")}`);
      await inTurns(keys, (key) => put(blobs(), key, Buffer.from("1")));
      const first = await blobs().list(`${folder}/`);
      expect(first.entries.map(({ key }) => key)).toEqual(keys.slice(0, 1000));
      expect(first.next).toBeDefined();
      const second = await blobs().list(`${folder}/`, first.next);
      expect(second).toEqual({ entries: keys.slice(1000).map((key) => ({ key, size: 1 })) });
      await inTurns(keys.slice(1000), (key) => blobs().remove(key));
      expect((await blobs().list(`${folder}/`)).next).toBeUndefined();
    });

    it("lists unfinished uploads, in order of their keys, and no finished ones", async () => {
      const folder = `list-${randomUUID()}`;
      const open: Multipart[] = [];
      for (const name of ["b", "a-b", "a/b", "a"]) {
        open.push(await blobs().createMultipart(`${folder}/${name}`));
      }
      const completed = await blobs().createMultipart(`${folder}/completed`);
      await blobs().completeMultipart(completed, [await addPart(blobs(), completed, 1, patterned(1, 1))]);
      await blobs().abortMultipart(await blobs().createMultipart(`${folder}/aborted`));
      const inOrder = open.toSorted((one, other) => (one.key < other.key ? -1 : 1));
      expect(await blobs().listMultiparts(`${folder}/`)).toEqual({ entries: inOrder });
      expect((await blobs().listMultiparts(`${folder}/a/`)).entries).toEqual([open[2]]);
      expect(await keysUnder(`${folder}/`)).toEqual([`${folder}/completed`]);
    });

    const paging = oneUploadPage ? "as far as the first page of 1000" : "over pages of 1000";
    it(`gives every upload once ${paging}, also those of one key`, async () => {
      const folder = `list-${randomUUID()}`;
      const keys = Array.from({ length: 1005 }, (_, at) => `${folder}/${at % 500}`);
      const created = await inTurns(keys, (key) => blobs().createMultipart(key));
      const listed: Multipart[] = [];
      let after: string | undefined;
      do {
        const page = await blobs().listMultiparts(`${folder}/`, after);
        expect(page.entries.length).toBeLessThanOrEqual(1000);
        listed.push(...page.entries);
        after = oneUploadPage ? undefined : page.next;
      } while (after !== undefined);
      const wanted = ids(created).filter((id) => !oneUploadPage || ids(listed).includes(id));
      expect(ids(listed)).toEqual(wanted);
      expect(new Set(listed.map(({ id }) => id)).size).toBe(oneUploadPage ? 1000 : 1005);
      expect(listed.map(({ key }) => key)).toEqual(listed.map(({ key }) => key).toSorted());
    });
  });
}
