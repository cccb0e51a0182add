import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Directory } from "../../support/power-cut-state.ts";
import { bytesOf } from "./replay.ts";

/** In memory where there is such a place: nothing here has to outlast anything. */
const PLACE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Lays out a folder as it was, lets `work` use it, and removes it. */
export async function withImage<Result>(
  folder: Directory,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = await mkdtemp(join(PLACE, "berth-image-"));
  try {
    lay(folder, path);
    return await work(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

/** SQLite's shared memory is made anew: it is not on the disk. */
const isOnDisk = (name: string): boolean => !name.endsWith("-shm");

function lay({ entries }: Directory, path: string): void {
  for (const [name, node] of entries) {
    if (!isOnDisk(name)) continue;
    if (node.kind === "file") writeFileSync(join(path, name), bytesOf(node));
    else {
      mkdirSync(join(path, name));
      lay(node, join(path, name));
    }
  }
}

/** What differs between what processes saw by the replay and what is in the folder: nothing, if the replay is right. */
export function mistakesOf({ entries }: Directory, path: string): readonly string[] {
  const real = readdirSync(path, { withFileTypes: true }).filter(({ name }) => isOnDisk(name));
  const names = new Set([...entries.keys()].filter(isOnDisk));
  const extra = [...names].filter((name) => !real.some((entry) => entry.name === name));
  return [
    ...extra.map((name) => `${join(path, name)} is not there`),
    ...real.flatMap((entry) => {
      const node = entries.get(entry.name);
      const at = join(path, entry.name);
      if (node?.kind === "directory") return mistakesOf(node, at);
      return node && readFileSync(at).equals(bytesOf(node)) ? [] : [`${at} was not replayed`];
    }),
  ];
}
