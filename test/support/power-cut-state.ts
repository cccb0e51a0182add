/** A disk with a cache before it: what processes see, and what has reached the disk for certain. */
export interface DiskState {
  readonly root: Directory;
  /** changes of names that no sync has covered yet, oldest first */
  pending: readonly Change[];
}
export interface File {
  readonly kind: "file";
  writes: readonly Write[];
}
export interface Directory {
  readonly kind: "directory";
  /** what processes see */
  readonly entries: Map<string, Node>;
  /** what is on the disk */
  readonly durable: Map<string, Node>;
}
export type Node = File | Directory;
interface Write {
  readonly position: number;
  readonly bytes: Uint8Array;
  /** the file ends at `position` then; there are no bytes */
  readonly truncates?: boolean;
  /** "lost": its sync failed, so no later sync writes it, though it is still in the cache */
  readonly state: "cached" | "durable" | "lost";
}
/** Entries that change in one step, as the two of a rename do: all of them reach the disk, or none. */
export type Change = readonly {
  readonly directory: Directory;
  readonly name: string;
  readonly node?: Node;
}[];

export const newDirectory = (): Directory => ({ kind: "directory", entries: new Map(), durable: new Map() });
export const newState = (): DiskState => ({ root: newDirectory(), pending: [] });

export const sizeOf = ({ writes }: File): number =>
  writes.reduce(
    (size, { position, bytes, truncates }) =>
      truncates ? position : Math.max(size, bytes.byteLength && position + bytes.byteLength),
    0,
  );

/** Changes names in the cache. */
export function change(state: DiskState, links: Change): void {
  for (const { directory, name, node } of links) put(directory.entries, name, node);
  state.pending = [...state.pending, links];
}

export function write(file: File, bytes: Uint8Array, position: number): void {
  file.writes = [...file.writes, { position, bytes, state: "cached" }];
}

export function truncate(file: File, size: number): void {
  file.writes = [
    ...file.writes,
    { position: size, bytes: new Uint8Array(), truncates: true, state: "cached" },
  ];
}

export function syncFile(file: File): void {
  file.writes = file.writes.map((one) => (one.state === "cached" ? { ...one, state: "durable" } : one));
}

/** As Linux does: the error is told once, and the pages count as clean from then on. */
export function failSync(file: File): void {
  file.writes = file.writes.map((one) => (one.state === "cached" ? { ...one, state: "lost" } : one));
}

export function syncDirectory(state: DiskState, directory: Directory): void {
  persist(state, (links) => links.some((link) => link.directory === directory));
}

/**
 * What is found after the power came back. Without `chance` only what was synced; with it (0 <= x < 1, called again and
 * again) some of the rest too: any changes of names, though of one name in their order, and any writes or first halves.
 */
export function afterPowerCut(state: DiskState, chance?: () => number): DiskState {
  const found = copyOf(state);
  if (chance) persist(found, () => chance() < 0.5);
  return { root: reboot(found.root, chance), pending: [] };
}

/** What the next process finds where the process was killed and the power stayed on; also a snapshot. */
export function copyOf({ root, pending }: DiskState): DiskState {
  const copies = new Map<Node, Node>();
  const copy = (node: Node): Node => {
    const known = copies.get(node);
    if (known) return known;
    if (node.kind === "file") {
      const file: File = { kind: "file", writes: node.writes };
      copies.set(node, file);
      return file;
    }
    return copyDirectory(node);
  };
  const copyDirectory = (node: Directory): Directory => {
    const known = copies.get(node);
    if (known?.kind === "directory") return known;
    const directory = newDirectory();
    copies.set(node, directory);
    for (const [name, child] of node.entries) directory.entries.set(name, copy(child));
    for (const [name, child] of node.durable) directory.durable.set(name, copy(child));
    return directory;
  };
  return {
    root: copyDirectory(root),
    pending: pending.map((links) =>
      links.map(({ directory, name, node }) => ({
        directory: copyDirectory(directory),
        name,
        ...(node && { node: copy(node) }),
      })),
    ),
  };
}

/** Brings the chosen changes to the disk, and with each the older changes of the names that it touches. */
function persist(state: DiskState, chosen: (links: Change) => boolean): void {
  const touched = new Map<Directory, Set<string>>();
  const persisted = new Set<Change>();
  for (const links of state.pending.toReversed()) {
    const needed = links.some(({ directory, name }) => touched.get(directory)?.has(name));
    if (!needed && !chosen(links)) continue;
    persisted.add(links);
    for (const { directory, name } of links) {
      touched.set(directory, (touched.get(directory) ?? new Set()).add(name));
    }
  }
  for (const links of state.pending) {
    if (!persisted.has(links)) continue;
    for (const { directory, name, node } of links) put(directory.durable, name, node);
  }
  state.pending = state.pending.filter((links) => !persisted.has(links));
}

function reboot(directory: Directory, chance?: () => number): Directory {
  const found = newDirectory();
  for (const [name, node] of directory.durable) {
    const survivor = node.kind === "directory" ? reboot(node, chance) : rebootFile(node, chance);
    found.entries.set(name, survivor);
    found.durable.set(name, survivor);
  }
  return found;
}

function rebootFile(file: File, chance?: () => number): File {
  const writes = file.writes.flatMap((one): Write[] => {
    if (one.state === "durable") return [one];
    const luck = chance ? chance() : 0;
    if (luck < 0.4) return [];
    const kept = luck < 0.7 ? one.bytes.subarray(0, one.bytes.byteLength >>> 1) : one.bytes;
    return [{ ...one, bytes: kept, state: "durable" }];
  });
  return { kind: "file", writes };
}

function put(names: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node) names.set(name, node);
  else names.delete(name);
}
