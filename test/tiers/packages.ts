import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Lock = Readonly<Record<string, LockedPackage>>;

/** Node comes as a package too, and no file imports it. */
const RUNTIME = "node";
const IMPORTED = /\b(?:from |import\()"(?!node:)((?:@[^/"]+\/)?[^./"][^/"]*)/g;

/** The SHA-256 of the locked packages that files below `folders` import, with all that these need, and of Node. */
export async function hashPackages(root: string, folders: readonly string[]): Promise<string> {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Lock;
  };
  const needed = new Set<string>();
  for (const name of [RUNTIME, ...(await importedBy(root, folders))])
    follow(packages, { name, from: "", needed });
  const hash = createHash("sha256");
  for (const path of [...needed].toSorted()) {
    const locked = packages[path];
    hash.update(`${path}\0${locked?.version}\0${locked?.integrity}\n`);
  }
  return hash.digest("hex");
}

async function importedBy(root: string, folders: readonly string[]): Promise<ReadonlySet<string>> {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }));
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")));
  return new Set(texts.flatMap((text) => [...text.matchAll(IMPORTED)].flatMap(([, name]) => name ?? [])));
}

interface Step {
  readonly name: string;
  /** where the package that needs it lies */
  readonly from: string;
  readonly needed: Set<string>;
}

/** As Node finds packages: beside the one that needs it, else further up. One for another platform is not there. */
function follow(lock: Lock, { name, from, needed }: Step): void {
  const path = [`${from}/node_modules/${name}`.replace(/^\//, ""), `node_modules/${name}`].find(
    (place) => lock[place] !== undefined,
  );
  const found = path === undefined ? undefined : lock[path];
  if (path === undefined || found === undefined || needed.has(path)) return;
  needed.add(path);
  for (const next of Object.keys({ ...found.dependencies, ...found.optionalDependencies }))
    follow(lock, { name: next, from: path, needed });
}
