import { type FileHandle, open } from "node:fs/promises";
import { posix } from "node:path";
import { Header, type HeaderData } from "tar/header";
import { Pax } from "tar/pax";
import { Complaint, causeOf } from "../complaint.ts";
import type { Files } from "./files.ts";
import type { Stretch } from "./stretch.ts";

const BLOCK = 512;
/** A path is no longer than this. */
const MOST_EXTENSION = 1024 * 1024;
const MOST_LINKS = 8;

interface Contents {
  readonly files: Map<string, Stretch>;
  /** docker once wrote a layer that several images share as links to one of them */
  readonly links: Map<string, string>;
}

/**
 * The files of a tar archive, in place: only its headers are read. Undefined where `path` is no tar; Complaint where it
 * can't be read, is cut short, or is compressed.
 */
export async function tarFiles(path: string): Promise<Files | undefined> {
  const contents = await contentsOf(path);
  return contents && { name: path, find: async (name) => found(contents, name) };
}

function found({ files, links }: Contents, name: string): Stretch | undefined {
  let at = normalized(name);
  for (let hops = 0; hops < MOST_LINKS; hops += 1) {
    const target = links.get(at);
    if (target === undefined) return files.get(at);
    at = target;
  }
  return undefined;
}

async function contentsOf(path: string): Promise<Contents | undefined> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (await isCompressed(file)) {
      throw new Complaint(
        `${path} is compressed, and so nothing can be read from its middle: unpack it first`,
      );
    }
    return await scan({ file, path, size });
  } catch (cause) {
    if (cause instanceof Complaint) throw cause;
    throw new Complaint(`can't read ${path} (${causeOf(cause)})`, { cause });
  }
}

interface Archive {
  readonly file: FileHandle;
  readonly path: string;
  readonly size: number;
}

async function scan(archive: Archive): Promise<Contents | undefined> {
  const contents: Contents = { files: new Map(), links: new Map() };
  let extension: HeaderData = {};
  for (let at = 0; at + BLOCK <= archive.size; ) {
    const header = headerIn(await bytesAt(archive, at, BLOCK));
    if (header === undefined && at === 0) return undefined;
    if (header?.nullBlock === true) return contents;
    const start = at + BLOCK;
    const size = header ? sizeOf(header, extension) : 0;
    if (header === undefined || start + size > archive.size) {
      throw new Complaint(`the archive ${archive.path} is damaged or cut short at byte ${at}`);
    }
    const next = await extended(archive, header, { start, size }, extension);
    if (next === undefined) add(contents, header, extension, { path: archive.path, start, size });
    extension = next ?? {};
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return contents;
}

/** Undefined where the block is none. */
function headerIn(block: Buffer): Header | undefined {
  try {
    const header = new Header(block);
    return header.cksumValid || header.nullBlock ? header : undefined;
  } catch {
    // Numbers that are none.
    return undefined;
  }
}

/** Headers that say more of the entry after them have a size of their own. */
const sizeOf = (header: Header, extension: HeaderData): number =>
  (EXTENSIONS.has(header.type) ? undefined : extension.size) ?? header.size ?? 0;

const EXTENSIONS = new Set<string>([
  "ExtendedHeader",
  "OldExtendedHeader",
  "GlobalExtendedHeader",
  "NextFileHasLongPath",
  "OldGnuLongPath",
  "NextFileHasLongLinkpath",
]);

/** What is known of the next entry; undefined where `header` is an entry itself. */
async function extended(
  archive: Archive,
  header: Header,
  { start, size }: { readonly start: number; readonly size: number },
  extension: HeaderData,
): Promise<HeaderData | undefined> {
  if (!EXTENSIONS.has(header.type)) return undefined;
  // It speaks of times and owners.
  if (header.type === "GlobalExtendedHeader") return extension;
  if (size > MOST_EXTENSION) throw new Complaint(`the archive ${archive.path} has a name of ${size} bytes`);
  const text = (await bytesAt(archive, start, size)).toString();
  const name = text.replace(/\0.*$/s, "");
  if (header.type === "NextFileHasLongLinkpath") return { ...extension, linkpath: name };
  if (header.type === "ExtendedHeader" || header.type === "OldExtendedHeader")
    return Pax.parse(text, extension);
  return { ...extension, path: name };
}

function add({ files, links }: Contents, header: Header, extension: HeaderData, stretch: Stretch): void {
  const name = normalized(extension.path ?? header.path ?? "");
  const target = extension.linkpath ?? header.linkpath ?? "";
  // The last entry of a name is the one that counts.
  files.delete(name);
  links.delete(name);
  if (FILES.has(header.type)) files.set(name, stretch);
  if (header.type === "Link") links.set(name, normalized(target));
  if (header.type === "SymbolicLink") links.set(name, normalized(posix.join(posix.dirname(name), target)));
}

const FILES = new Set<string>(["File", "OldFile", "ContiguousFile"]);

const normalized = (name: string): string => posix.normalize(name).replace(/^\/+/, "");

const MAGICS = ["1f8b", "28b52ffd", "425a68", "fd377a58"];

async function isCompressed(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  const text = buffer.subarray(0, bytesRead).toString("hex");
  return MAGICS.some((magic) => text.startsWith(magic));
}

async function bytesAt({ file, path }: Archive, at: number, size: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, at);
  if (bytesRead < size) throw new Complaint(`the archive ${path} became shorter while it was read`);
  return buffer;
}
