/**
 * The calls that the directory of blobs makes, and no others, so that a test can stand in for the disk.
 * Absent and occupied names are answers; whatever else goes wrong is thrown.
 */
export interface FileSystem {
  /** A new file under a name that nobody has. */
  readonly createFile: (path: string) => Promise<NewFile>;
  readonly openFile: (path: string) => Promise<OpenFile | undefined>;
  readonly stat: (path: string) => Promise<Stat | undefined>;
  /** The names, in no order; undefined where there is no such directory. */
  readonly readDirectory: (path: string) => Promise<readonly string[] | undefined>;
  readonly makeDirectory: (path: string) => Promise<"made" | "exists" | "no parent">;
  /** Atomic. Replaces a file by a file; "absent" where `from` or the directory of `to` is missing. */
  readonly rename: (from: string, to: string) => Promise<"renamed" | "absent" | "occupied">;
  readonly removeFile: (path: string) => Promise<"removed" | "absent" | "directory">;
  /** Of an empty directory. */
  readonly removeDirectory: (path: string) => Promise<void>;
  /** Makes durable which names the directory holds. */
  readonly syncDirectory: (path: string) => Promise<"synced" | "absent">;
}

export type Stat =
  | { readonly kind: "directory" }
  /** bytes */
  | { readonly kind: "file"; readonly size: number };

export interface NewFile {
  /** Writes all bytes of all chunks. */
  readonly write: (chunks: readonly Uint8Array[], position: number) => Promise<void>;
  /** Makes the bytes durable; the name is made so by its directory. */
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface OpenFile {
  /** bytes */
  readonly size: number;
  /** Fills `target` and returns how many bytes there were; fewer only at the end of the file. */
  readonly read: (target: Uint8Array, position: number) => Promise<number>;
  readonly close: () => Promise<void>;
}
