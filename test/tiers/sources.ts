import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { hashPackages } from "./packages.ts";
import type { Part } from "./parts.ts";

/** The folders of the registry that every part runs. */
const BERTH = ["shared", "local"] as const;

/** What a part's results speak of, hashed: the code that it runs, the packages which that imports, and what tests it. */
export async function hashTested(
  root: string,
  { runs = [], testedBy }: Pick<Part, "runs" | "testedBy">,
): Promise<Readonly<Record<string, string>>> {
  const code = [...BERTH, ...runs];
  const packages = { "package-lock.json": await hashPackages(root, code) };
  return { ...(await hashSources(root, [...code, ...testedBy])), ...packages };
}

/** The SHA-256 of each folder or file, by its path below `root`: of names and contents alone, so that no history is needed. */
export async function hashSources(
  root: string,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const hashes = paths.map(async (path) => [path, await hashTree(join(root, path))] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

async function hashTree(path: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of await filesIn(path)) {
    const content = createHash("sha256").update(await readFile(join(path, name)));
    hash.update(`${name}\0${content.digest("hex")}\n`);
  }
  return hash.digest("hex");
}

/** Paths below a folder, in an order that no machine changes; the empty path for a file. */
async function filesIn(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [""];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .toSorted();
}
