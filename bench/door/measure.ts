import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../commands.ts";
import type { BlobFile } from "../content.ts";
import type { Push } from "../push.ts";
import { peakMemory, processorSeconds } from "../usage.ts";
import type { Contender } from "./contender.ts";
import type { Stores } from "./stores.ts";

/** What a fresh process took to store some blobs, all at once. */
export interface Sample {
  /** bytes per second, of all together */
  readonly speed: number;
  /** milliseconds of the closing PUTs without a body, the slowest of them */
  readonly commit: number | undefined;
  /** seconds of processor time per byte */
  readonly processor: number;
  /** bytes, the most that the process ever held */
  readonly memory: number;
}

/** Pushes the blobs side by side through a fresh process over an empty place; both are gone afterwards. */
export async function sample(
  { stores, folder }: { readonly stores: Stores; readonly folder: string },
  contender: Contender,
  { by, blobs }: { readonly by: Push["by"]; readonly blobs: readonly BlobFile[] },
): Promise<Sample> {
  const own = join(folder, "process");
  await mkdir(own);
  // What others have written must not reach the disk in this one's time.
  await run(["sync"]);
  try {
    return await stores.withPlace(async (place) => {
      const { pid, push, stop } = await contender.start(place, own);
      try {
        const before = await processorSeconds(pid);
        const took = await Promise.all(blobs.map((blob) => push({ blob, by })));
        const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
        const commits = took.flatMap(({ commit }) => (commit === undefined ? [] : [commit]));
        return {
          speed: bytes / (Math.max(...took.map(({ all }) => all)) / 1000),
          commit: commits.length === 0 ? undefined : Math.max(...commits),
          processor: ((await processorSeconds(pid)) - before) / bytes,
          memory: await peakMemory(pid),
        };
      } finally {
        await stop();
      }
    });
  } finally {
    await rm(own, { recursive: true });
  }
}
