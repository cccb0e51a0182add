import { BLOB_LIMITS, type Blobs, type Multipart, type ObjectPage, type Part } from "../ports/blobs.ts";
import { checkBlobKey, checkCompletion, checkPartNumber, checkPartSize, checkRange } from "./blob-limits.ts";
import { type Chunks, gather, join, slice, streamOf } from "./chunks.ts";

interface Upload {
  readonly key: string;
  readonly parts: Map<number, { readonly part: Part; readonly bytes: Chunks }>;
}

/** The reference adapter: says what the port means, and keeps nothing. */
export function createMemoryBlobs(): Blobs {
  const objects = new Map<string, Chunks>();
  const multiparts = createMultiparts(objects);
  const read: Blobs["read"] = async (key, range) => {
    checkBlobKey(key);
    const found = objects.get(key);
    if (found === undefined) return undefined;
    if (range) checkRange(range, found.size);
    return streamOf(range ? slice(found, range) : found);
  };
  return {
    ...multiparts,
    put: async (key, body) => {
      checkBlobKey(key);
      const bytes = await gather(body, checkPartSize);
      objects.set(key, bytes);
      return { key, size: bytes.size };
    },
    head: async (key) => {
      checkBlobKey(key);
      return objects.get(key)?.size;
    },
    read,
    open: async (key, { range } = {}) => {
      const body = await read(key, range);
      return body && { kind: "stream", body };
    },
    remove: async (key) => {
      checkBlobKey(key);
      objects.delete(key);
    },
    list: async (prefix, after = "") => {
      const all = Array.from(objects, ([key, { size }]) => ({ place: key, entry: { key, size } }));
      return pageOf(
        all.filter(({ place }) => place.startsWith(prefix)),
        after,
      );
    },
  };
}

type Multiparts = Pick<
  Blobs,
  "createMultipart" | "uploadPart" | "completeMultipart" | "abortMultipart" | "listMultiparts"
>;

function createMultiparts(objects: Map<string, Chunks>): Multiparts {
  const uploads = new Map<string, Upload>();
  let created = 0;
  const find = ({ key, id }: Multipart): Upload | undefined => {
    checkBlobKey(key);
    const upload = uploads.get(id);
    return upload?.key === key ? upload : undefined;
  };
  return {
    createMultipart: async (key) => {
      checkBlobKey(key);
      created += 1;
      const id = String(created);
      uploads.set(id, { key, parts: new Map() });
      return { key, id };
    },
    uploadPart: async (multipart, number, body) => {
      checkPartNumber(number);
      const bytes = await gather(body, checkPartSize);
      // Looked up after the body: the upload may be gone by then.
      const upload = find(multipart);
      if (!upload) return { outcome: "gone" };
      created += 1;
      const part = { number, etag: String(created), size: bytes.size };
      upload.parts.set(number, { part, bytes });
      return { outcome: "stored", part };
    },
    completeMultipart: async (multipart, parts) => {
      const upload = find(multipart);
      if (!upload) return { outcome: "gone" };
      checkCompletion(parts, ({ number, etag, size }) => {
        const stored = upload.parts.get(number)?.part;
        return stored?.etag === etag && stored.size === size;
      });
      objects.set(upload.key, join(parts.flatMap(({ number }) => upload.parts.get(number)?.bytes ?? [])));
      uploads.delete(multipart.id);
      return { outcome: "completed" };
    },
    abortMultipart: async (multipart) => {
      if (find(multipart)) uploads.delete(multipart.id);
    },
    listMultiparts: async (prefix, after = "") => {
      const all = Array.from(uploads, ([id, { key }]) => ({ place: `${key} ${id}`, entry: { key, id } }));
      return pageOf(
        all.filter(({ entry }) => entry.key.startsWith(prefix)),
        after,
      );
    },
  };
}

interface Placed<Entry> {
  /** orders the entries, and is where the next page begins */
  readonly place: string;
  readonly entry: Entry;
}

function pageOf<Entry>(all: readonly Placed<Entry>[], after: string): ObjectPage<Entry> {
  const rest = all.filter(({ place }) => place > after).toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const page = rest.slice(0, BLOB_LIMITS.page);
  const entries = page.map(({ entry }) => entry);
  const last = page.at(-1);
  return last && rest.length > page.length ? { entries, next: last.place } : { entries };
}
