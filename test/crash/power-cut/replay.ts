import { basename, dirname } from "node:path";
import {
  type Change,
  change,
  type Directory,
  type DiskState,
  type File,
  type Node,
  newDirectory,
  newState,
  sizeOf,
  syncDirectory,
  truncate,
  write,
} from "../../support/power-cut-state.ts";
import { descriptorIn, lastNumberIn, stringsIn, type TraceEvent } from "./trace-events.ts";

interface OpenFile {
  readonly node: Node;
  readonly path: string;
  position: number;
}
/** What one event did. */
export interface Effect {
  /** a file or a folder changed, or became durable */
  readonly changed?: boolean;
  /** the folder or file that was synced, below the root */
  readonly synced?: string;
  /** the beginning of what goes out on a socket */
  readonly sent?: string;
}
/** Makes of system calls what they do to the files below a folder, and what of that survives a power cut. */
export interface Replay {
  readonly state: DiskState;
  readonly apply: (event: TraceEvent) => Effect;
  /** A new process begins: no file is open. */
  readonly restart: () => void;
}
interface Settings {
  /** an existing, empty folder; what happens elsewhere does not matter */
  readonly root: string;
  /** syncs that do nothing and say that they did; paths are below the root */
  readonly skips?: (path: string) => boolean;
}

type Handler = (replay: Replaying, text: string, result: number) => Effect;

export function createReplay({ root, skips = () => false }: Settings): Replay {
  const replay = new Replaying(root, skips);
  return {
    state: replay.state,
    apply: ({ name, text, ...event }) => {
      if (event.phase === "begin") return BEGIN[name]?.(replay, text, 0) ?? {};
      return event.result >= 0 ? (END[name]?.(replay, text, event.result) ?? {}) : {};
    },
    restart: () => replay.files.clear(),
  };
}

class Replaying {
  readonly state = newState();
  readonly files = new Map<number, OpenFile>();
  /** what a sync that has begun will cover, by its descriptor */
  readonly covered = new Map<number, ReadonlySet<unknown>>();
  readonly root: string;
  readonly skips: (path: string) => boolean;

  constructor(root: string, skips: (path: string) => boolean) {
    this.root = root;
    this.skips = skips;
  }

  /** The path below the root; undefined for another. */
  below(path: string): string | undefined {
    if (path === this.root) return ".";
    return path.startsWith(`${this.root}/`) ? path.slice(this.root.length + 1) : undefined;
  }

  find(path: string): Node | undefined {
    let node: Node | undefined = this.state.root;
    for (const name of path === "." ? [] : path.split("/")) {
      node = node?.kind === "directory" ? node.entries.get(name) : undefined;
    }
    return node;
  }

  folderOf(path: string): Directory {
    const found = this.find(dirname(path));
    if (found?.kind !== "directory") throw new Error(`the trace uses ${path}, whose folder it never made`);
    return found;
  }

  put(path: string, node: Node | undefined): Effect {
    change(this.state, [{ directory: this.folderOf(path), name: basename(path), ...(node && { node }) }]);
    return { changed: true };
  }
}

/** What counts from the moment of the call. */
const BEGIN: Readonly<Record<string, Handler>> = {
  // The number may be given to another file before the call returns.
  close: ({ files }, text) => {
    files.delete(descriptorIn(text));
    return {};
  },
  fsync: beginSync,
  fdatasync: beginSync,
  write: sent,
  writev: sent,
  sendto: sent,
  sendmsg: sent,
};

/** What counts once the call has returned. */
const END: Readonly<Record<string, Handler>> = {
  openat: open,
  open,
  mkdir: (replay, text) => atPath(replay, text, (path) => replay.put(path, newDirectory())),
  unlink: (replay, text) => atPath(replay, text, (path) => replay.put(path, undefined)),
  rmdir: (replay, text) => atPath(replay, text, (path) => replay.put(path, undefined)),
  rename,
  write: (replay, text, result) => writeAt(replay, text, { length: result }),
  writev: (replay, text, result) => writeAt(replay, text, { length: result }),
  pwrite64: (replay, text, result) => writeAt(replay, text, { length: result, position: lastNumberIn(text) }),
  pwritev: (replay, text, result) => writeAt(replay, text, { length: result, position: lastNumberIn(text) }),
  ftruncate: ({ files }, text) => {
    const file = files.get(descriptorIn(text))?.node;
    if (file?.kind !== "file") return {};
    truncate(file, lastNumberIn(text));
    return { changed: true };
  },
  fsync: endSync,
  fdatasync: endSync,
  mmap: ({ files }, text) => {
    const [, , protection = "", flags = "", descriptor = ""] = text.split(", ");
    const file = files.get(Number(descriptor));
    const isSeen = !file || file.path.endsWith("-shm") || !/SHARED/.test(flags) || !/WRITE/.test(protection);
    if (!isSeen) throw new Error(`${file.path} is mapped for writing, which a trace can't show`);
    return {};
  },
  ...Object.fromEntries(
    ["dup", "dup2", "dup3", "fallocate", "pwritev2", "sync_file_range", "sendfile", "copy_file_range"].map(
      (name) => [name, notKnown(name)],
    ),
  ),
};

/** A call that could change the files, and that nobody has taught the replay yet. */
function notKnown(name: string): Handler {
  return ({ files }, text) => {
    if (!files.has(descriptorIn(text))) return {};
    throw new Error(`the replay does not know what ${name} does`);
  };
}

function atPath(replay: Replaying, text: string, work: (path: string) => Effect): Effect {
  const path = replay.below(String(stringsIn(text)[0]));
  return path === undefined ? {} : work(path);
}

function open(replay: Replaying, text: string, descriptor: number): Effect {
  replay.files.delete(descriptor);
  return atPath(replay, text, (path) => {
    const found = replay.find(path);
    const node: Node = found ?? { kind: "file", writes: [] };
    if (!found) {
      if (!text.includes("O_CREAT")) throw new Error(`the trace opens ${path}, which it never made`);
      replay.put(path, node);
    }
    const empties = node.kind === "file" && text.includes("O_TRUNC") && node.writes.length > 0;
    if (empties) truncate(node, 0);
    replay.files.set(descriptor, { node, path, position: 0 });
    return { changed: !found || empties };
  });
}

function rename(replay: Replaying, text: string): Effect {
  const [from, to] = stringsIn(text).map((path) => replay.below(String(path)));
  const node = from === undefined ? undefined : replay.find(from);
  if (from === undefined || to === undefined || !node) return {};
  const links: Change = [
    { directory: replay.folderOf(from), name: basename(from) },
    { directory: replay.folderOf(to), name: basename(to), node },
  ];
  change(replay.state, links);
  return { changed: true };
}

interface Written {
  readonly length: number;
  readonly position?: number;
}

function writeAt(replay: Replaying, text: string, { length, position }: Written): Effect {
  const file = replay.files.get(descriptorIn(text));
  if (file?.node.kind !== "file") return {};
  const bytes = Buffer.concat(stringsIn(text)).subarray(0, length);
  write(file.node, bytes, position ?? file.position);
  if (position === undefined) file.position += length;
  return { changed: true };
}

/** The status line and the headers are in the first bytes. */
function sent({ files }: Replaying, text: string): Effect {
  if (files.has(descriptorIn(text)) || !text.includes(String.raw`"\x48\x54\x54\x50\x2f`)) return {};
  return { sent: String(stringsIn(text)[0]).slice(0, 2000) };
}

/** A sync covers what was done before it began. */
function beginSync({ files, covered, state }: Replaying, text: string): Effect {
  const file = files.get(descriptorIn(text));
  if (!file) return {};
  const { node } = file;
  covered.set(descriptorIn(text), new Set<unknown>(node.kind === "file" ? node.writes : state.pending));
  return {};
}

/** And what it covers is durable once it has returned. */
function endSync(replay: Replaying, text: string): Effect {
  const file = replay.files.get(descriptorIn(text));
  const covered = replay.covered.get(descriptorIn(text));
  if (!file || !covered) return {};
  if (replay.skips(file.path)) return { synced: file.path };
  if (file.node.kind === "file") persistWrites(file.node, covered);
  else persistNames(replay.state, file.node, covered);
  return { changed: true, synced: file.path };
}

function persistWrites(file: File, covered: ReadonlySet<unknown>): void {
  file.writes = file.writes.map((one) => (covered.has(one) ? { ...one, state: "durable" } : one));
}

function persistNames(state: DiskState, directory: Directory, covered: ReadonlySet<unknown>): void {
  const later = state.pending.filter((links) => !covered.has(links));
  state.pending = state.pending.filter((links) => covered.has(links));
  syncDirectory(state, directory);
  state.pending = [...state.pending, ...later];
}

/** The bytes that a file has. */
export function bytesOf(file: File): Buffer {
  const most = file.writes.reduce((end, { position, bytes }) => Math.max(end, position + bytes.length), 0);
  const all = Buffer.alloc(most);
  for (const { position, bytes, truncates } of file.writes) {
    if (truncates) all.fill(0, Math.min(position, most));
    else all.set(bytes, position);
  }
  return all.subarray(0, sizeOf(file));
}
