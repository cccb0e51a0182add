import { basename, dirname } from "node:path";
import type { FileSystem, NewFile, OpenFile, Stat } from "../../local/stores/file-system.ts";
import {
  change,
  copyOf,
  type Directory,
  type DiskState,
  type File,
  failSync,
  type Node,
  newDirectory,
  newState,
  sizeOf,
  syncDirectory,
  syncFile,
  write,
} from "./power-cut-state.ts";

/** What goes wrong; may change while the disk is used. */
export interface Trouble {
  /** these syncs do nothing and say that they did */
  skips?: (sync: Sync) => boolean;
  /** these syncs fail with EIO */
  fails?: (sync: Sync) => boolean;
  /** bytes that still fit; then ENOSPC */
  room?: number;
}

export interface Sync {
  /** the first is 1 */
  readonly count: number;
  /** of the directory or the file */
  readonly path: string;
}

/** A disk whose power can be cut: its state after every call is kept. */
export interface PowerCutDisk {
  readonly fs: FileSystem;
  readonly trouble: Trouble;
  /** The states so far: the first before any call, then one after each call that changed or synced something. */
  readonly states: readonly DiskState[];
  /** the paths of the syncs so far */
  readonly syncs: readonly string[];
  /** files that are open now */
  readonly openFiles: () => number;
}

export function createPowerCutDisk(from: DiskState = newState(), trouble: Trouble = {}): PowerCutDisk {
  const disk = new Disk(copyOf(from), trouble);
  return {
    fs: fileSystemOn(disk),
    trouble,
    states: disk.states,
    syncs: disk.syncs,
    openFiles: () => disk.openFiles,
  };
}

class Disk {
  readonly state: DiskState;
  readonly trouble: Trouble;
  readonly states: DiskState[];
  readonly syncs: string[] = [];
  openFiles = 0;

  constructor(state: DiskState, trouble: Trouble) {
    this.state = state;
    this.trouble = trouble;
    this.states = [copyOf(state)];
  }

  find(path: string): Node | undefined {
    let node: Node | undefined = this.state.root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      node = node?.kind === "directory" ? node.entries.get(name) : undefined;
    }
    return node;
  }

  directory(path: string): Directory | undefined {
    const found = this.find(path);
    return found?.kind === "directory" ? found : undefined;
  }

  change(links: Parameters<typeof change>[1]): void {
    change(this.state, links);
    this.remember();
  }

  /** Runs a sync, unless it is skipped or fails. */
  sync(path: string, work: () => void, fail: () => void): void {
    this.syncs.push(path);
    const sync = { count: this.syncs.length, path };
    if (this.trouble.fails?.(sync)) {
      fail();
      this.remember();
      throw diskError("EIO");
    }
    if (!this.trouble.skips?.(sync)) work();
    this.remember();
  }

  /** A disk that fills up takes what fits, and then fails. */
  write(file: File, chunks: readonly Uint8Array[], start: number): void {
    let position = start;
    for (const chunk of chunks) {
      const room = this.trouble.room ?? Number.POSITIVE_INFINITY;
      const fitting = chunk.subarray(0, Math.min(chunk.byteLength, room));
      write(file, fitting, position);
      position += fitting.byteLength;
      if (this.trouble.room !== undefined) this.trouble.room -= fitting.byteLength;
      if (fitting.byteLength < chunk.byteLength) throw diskError("ENOSPC");
    }
    this.remember();
  }

  private remember(): void {
    this.states.push(copyOf(this.state));
  }
}

function fileSystemOn(disk: Disk): FileSystem {
  return {
    createFile: async (path) => {
      const directory = disk.directory(dirname(path));
      if (!directory) throw diskError("ENOENT");
      if (directory.entries.has(basename(path))) throw diskError("EEXIST");
      const file: File = { kind: "file", writes: [] };
      disk.change([{ directory, name: basename(path), node: file }]);
      return openNew(disk, file, path);
    },
    openFile: async (path) => {
      const found = disk.find(path);
      return found?.kind === "file" ? openOld(disk, found) : undefined;
    },
    stat: async (path): Promise<Stat | undefined> => {
      const found = disk.find(path);
      return found?.kind === "file" ? { kind: "file", size: sizeOf(found) } : found && { kind: "directory" };
    },
    readDirectory: async (path) => {
      const entries = disk.directory(path)?.entries;
      return entries && [...entries.keys()];
    },
    makeDirectory: async (path) => {
      const directory = disk.directory(dirname(path));
      if (!directory) return "no parent";
      if (directory.entries.has(basename(path))) return "exists";
      disk.change([{ directory, name: basename(path), node: newDirectory() }]);
      return "made";
    },
    rename: async (from, to) => rename(disk, from, to),
    removeFile: async (path) => {
      const directory = disk.directory(dirname(path));
      const found = disk.find(path);
      if (!found || !directory) return "absent";
      if (found.kind === "directory") return "directory";
      disk.change([{ directory, name: basename(path) }]);
      return "removed";
    },
    removeDirectory: async (path) => {
      const directory = disk.directory(dirname(path));
      const found = disk.directory(path);
      if (!found || !directory) throw diskError("ENOENT");
      if (found.entries.size > 0) throw diskError("ENOTEMPTY");
      disk.change([{ directory, name: basename(path) }]);
    },
    syncDirectory: async (path) => {
      const directory = disk.directory(path);
      if (!directory) return "absent";
      disk.sync(
        path,
        () => syncDirectory(disk.state, directory),
        () => {},
      );
      return "synced";
    },
  };
}

function rename(disk: Disk, from: string, to: string): "renamed" | "absent" | "occupied" {
  const node = disk.find(from);
  const source = disk.directory(dirname(from));
  const target = disk.directory(dirname(to));
  if (!node || !source || !target) return "absent";
  const there = target.entries.get(basename(to));
  const replaces = there?.kind === "directory" ? node.kind === "directory" && there.entries.size === 0 : true;
  if (!replaces || (there?.kind === "file" && node.kind === "directory")) return "occupied";
  disk.change([
    { directory: source, name: basename(from) },
    { directory: target, name: basename(to), node },
  ]);
  return "renamed";
}

function openNew(disk: Disk, file: File, path: string): NewFile {
  disk.openFiles += 1;
  return {
    write: async (chunks, position) => disk.write(file, chunks, position),
    sync: async () =>
      disk.sync(
        path,
        () => syncFile(file),
        () => failSync(file),
      ),
    close: async () => {
      disk.openFiles -= 1;
    },
  };
}

function openOld(disk: Disk, file: File): OpenFile {
  disk.openFiles += 1;
  const size = sizeOf(file);
  return {
    size,
    read: async (target, position) => {
      const length = Math.max(0, Math.min(target.byteLength, size - position));
      target.fill(0, 0, length);
      for (const { position: start, bytes } of file.writes) {
        const piece = bytes.subarray(Math.max(0, position - start), Math.max(0, position + length - start));
        if (piece.byteLength > 0) target.set(piece, Math.max(0, start - position));
      }
      return length;
    },
    close: async () => {
      disk.openFiles -= 1;
    },
  };
}

function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: the simulated disk says so`), { code });
}
