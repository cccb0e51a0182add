import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { sha256 } from "./layouts.ts";

const execute = promisify(execFile);

/** Packs a folder with GNU tar, in one of its formats. Entries are called `./…` with `dots`. */
export async function pack(
  folder: string,
  archive: string,
  {
    format = "gnu",
    dots = false,
  }: { readonly format?: "gnu" | "pax" | "ustar"; readonly dots?: boolean } = {},
): Promise<string> {
  const names = dots ? ["."] : ["--transform=s,^\\./,,", "."];
  await execute("tar", [`--format=${format}`, "-cf", archive, "-C", folder, ...names]);
  return archive;
}

interface SavedImage {
  readonly tags: readonly string[] | null;
  readonly layers: readonly Uint8Array[];
  /** what the config says of the layers, where that is not true */
  readonly diffIds?: readonly string[];
}

/**
 * What `docker save` wrote up to Docker 24: a folder for each layer, with a link where another image had it before.
 * Returns the ids of the images.
 */
export async function writeDockerArchive(
  folder: string,
  images: readonly SavedImage[],
): Promise<readonly string[]> {
  const written = new Map<string, string>();
  const entries = [];
  for (const [number, { tags, layers, diffIds = layers.map(sha256) }] of images.entries()) {
    const config = JSON.stringify({
      architecture: "amd64",
      os: "linux",
      docker_version: "20.10.24",
      container: number,
      rootfs: { type: "layers", diff_ids: diffIds },
    });
    const name = `${sha256(Buffer.from(config)).slice("sha256:".length)}.json`;
    const paths = layers.map((_, at) => `${"0".repeat(60)}${number}-${at}/layer.tar`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), config);
    for (const [at, path] of paths.entries()) {
      const bytes = layers[at] ?? Buffer.alloc(0);
      const earlier = written.get(sha256(bytes));
      await mkdir(join(folder, dirname(path)), { recursive: true });
      if (earlier === undefined) await writeFile(join(folder, path), bytes);
      else await symlink(`../${earlier}`, join(folder, path));
      written.set(sha256(bytes), earlier ?? path);
    }
    entries.push({ Config: name, RepoTags: tags, Layers: paths });
  }
  await writeFile(join(folder, "manifest.json"), JSON.stringify(entries));
  return entries.map(({ Config }) => `sha256:${Config.slice(0, -".json".length)}`);
}
