import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Digest } from "../../shared/oci/digest.ts";
import type { ByteStream } from "../../shared/ports/blobs.ts";
import type { Item } from "../../shared/ports/table.ts";
import { objectFiles, readStore, type StoreContents } from "./store-contents.ts";
import { brokenInvariants } from "./store-invariants.ts";

export interface StoreReport {
  readonly contents: StoreContents;
  /** what is wrong, in words */
  readonly broken: readonly string[];
  /** what lies on the disk and no item names, but for the bytes of uploads that are still open */
  readonly strays: readonly string[];
}

export interface StoreCheck {
  /** which objects are read and hashed; all where it is not given */
  readonly hash?: (object: { readonly key: string; readonly size: number }) => boolean;
}

/**
 * Walks the table and the blobs of a data folder, and tells what breaks an invariant (docs/invariants.md) and what is
 * left over. A server may have the folder open, but should be idle.
 */
export async function checkStore(data: string, check: StoreCheck = {}): Promise<StoreReport> {
  const read = async function* (key: string): ByteStream {
    for (const path of await objectFiles(data, key)) yield* createReadStream(path) as AsyncIterable<Buffer>;
  };
  return checkContents(await readStore(data), read, check);
}

/** The same for stores of any kind; `read` gives the bytes of an object. */
export async function checkContents(
  contents: StoreContents,
  read: (key: string) => ByteStream,
  { hash = () => true }: StoreCheck = {},
): Promise<StoreReport> {
  const broken = [...brokenInvariants(contents), ...manifestsWithoutBlobs(contents)];
  for (const item of contents.items) {
    if (!item.pk.startsWith("KEY#")) continue;
    const key = item.pk.slice("KEY#".length);
    if (!hash({ key, size: contents.objects.get(key) ?? 0 })) continue;
    const wanted = String(item.attributes["digest"]) as Digest;
    const actual = await digestOf(read(key), wanted);
    if (actual !== wanted) broken.push(`the object ${key} is not ${wanted}, but ${actual}`);
  }
  return { contents, broken, strays: straysOf(contents) };
}

async function digestOf(bytes: ByteStream, wanted: Digest): Promise<string> {
  const [algorithm = ""] = wanted.split(":");
  const hash = createHash(algorithm);
  for await (const chunk of bytes) hash.update(chunk);
  return `${algorithm}:${hash.digest("hex")}`;
}

const PACKED_ALGORITHMS: Readonly<Record<number, { name: string; bytes: number }>> = {
  1: { name: "sha256", bytes: 32 },
  2: { name: "sha512", bytes: 64 },
};

/** Manifests that name blobs (or children) which are not here: an explicit delete can do that, nothing else. */
function manifestsWithoutBlobs({ items }: StoreContents): readonly string[] {
  const present = new Set(items.map(({ pk, sk }) => `${pk} ${sk}`));
  return items
    .filter(({ sk }) => sk.startsWith("MANIFEST#"))
    .flatMap((item) =>
      unpackReferences(item).flatMap((digest) => {
        const known = ["BLOB", "MANIFEST"].some((kind) => present.has(`${item.pk} ${kind}#${digest}`));
        return known ? [] : [`${item.pk} ${item.sk}: it names ${digest}, which is not here`];
      }),
    );
}

function unpackReferences({ attributes }: Item): readonly string[] {
  const packed = Buffer.from(attributes["references"] as Uint8Array);
  const digests: string[] = [];
  for (let at = 0; at < packed.length; ) {
    const algorithm = PACKED_ALGORITHMS[packed[at] ?? 0];
    if (!algorithm) throw new Error(`no algorithm has the code ${packed[at]}`);
    const end = at + 1 + algorithm.bytes;
    digests.push(`${algorithm.name}:${packed.toString("hex", at + 1, end)}`);
    at = end;
  }
  return digests;
}

function straysOf({ items, objects, multiparts, temporary }: StoreContents): readonly string[] {
  const named = new Set(
    items.filter(({ pk }) => pk.startsWith("KEY#")).map(({ pk }) => pk.slice("KEY#".length)),
  );
  const open = items.filter(({ sk, attributes }) => sk === "SESSION" && attributes["state"] === "open");
  const tails = new Set(open.map(({ attributes }) => attributes["tailKey"]));
  const ids = new Set(open.map(({ attributes }) => attributes["multipartId"]));
  return [
    ...[...objects.keys()].filter((key) => !named.has(key) && !tails.has(key)).map((key) => `object ${key}`),
    ...multiparts.filter(({ id }) => !ids.has(id)).map(({ key }) => `multipart upload of ${key}`),
    ...temporary.map((name) => `temporary file ${name}`),
  ];
}
