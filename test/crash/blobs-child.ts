/**
 * A process to be killed: stores, joins and removes objects in the directory that it is given, and says on stdout what
 * was acknowledged, one line for each, before it goes on.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { openDirectoryBlobs } from "../../local/stores/directory-blobs.ts";
import { createNodeFileSystem } from "../../local/stores/node-file-system.ts";
import { BLOB_LIMITS, type Part } from "../../shared/ports/blobs.ts";
import { bodyOf, patterned } from "../support/bodies.ts";

export interface Acknowledged {
  readonly what: "stored" | "removing" | "removed";
  readonly key: string;
  /** bytes, where it was stored: patterned by its key */
  readonly size?: number;
}

const say = (line: Acknowledged) => writeSync(1, `${JSON.stringify(line)}\n`);

async function work(root: string): Promise<void> {
  const blobs = await openDirectoryBlobs({
    root,
    fs: createNodeFileSystem({ threads: 4 }),
    newId: randomUUID,
  });
  const putAndRemove = async () => {
    for (;;) {
      const key = `tails/2026-11-24/${randomUUID()}`;
      await blobs.put(key, bodyOf(patterned(200_000, key)));
      say({ what: "stored", key, size: 200_000 });
      const doomed = `tails/2026-11-24/${randomUUID()}`;
      await blobs.put(doomed, bodyOf(patterned(100, doomed)));
      say({ what: "removing", key: doomed });
      await blobs.remove(doomed);
      say({ what: "removed", key: doomed });
    }
  };
  const join = async () => {
    for (;;) {
      const key = `blobs/2026-11-24/${randomUUID()}`;
      const bytes = patterned(BLOB_LIMITS.minPart + 1000, key);
      const multipart = await blobs.createMultipart(key);
      const parts: Part[] = [];
      for (const piece of [bytes.subarray(0, BLOB_LIMITS.minPart), bytes.subarray(BLOB_LIMITS.minPart)]) {
        const stored = await blobs.uploadPart(multipart, parts.length + 1, bodyOf(piece));
        if (stored.outcome === "stored") parts.push(stored.part);
      }
      await blobs.completeMultipart(multipart, parts);
      say({ what: "stored", key, size: bytes.length });
    }
  };
  await Promise.all([putAndRemove(), putAndRemove(), join()]);
}

const [, program, root] = process.argv;
if (program === import.meta.filename && root !== undefined) await work(root);
