import { execFile } from "node:child_process";
import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);

/** A file system of its own, in memory, that can be filled up for real. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves so many bytes, by a file of no use. */
  readonly fillUpTo: (bytes: number) => Promise<void>;
  /** Takes the file of no use away. */
  readonly makeRoom: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Needs the right to mount (root): where there is none, this rejects, as a test that did nothing would lie. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await temporaryFolder();
  await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "berth-test", folder.path]).catch(
    (cause: unknown) => {
      throw new Error("these tests mount a small disk: run them as root", { cause });
    },
  );
  const ballast = join(folder.path, "ballast");
  return {
    path: folder.path,
    fillUpTo: async (bytes) => {
      await rm(ballast, { force: true });
      const { bavail, bsize } = await statfs(folder.path);
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    },
    makeRoom: () => rm(ballast),
    remove: async () => {
      await run("umount", [folder.path]);
      await folder.remove();
    },
  };
}
