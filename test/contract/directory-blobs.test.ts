import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDirectoryBlobs } from "../../local/stores/directory-blobs.ts";
import { createNodeFileSystem } from "../../local/stores/node-file-system.ts";
import { blobsContract } from "./blobs.contract.ts";

blobsContract("directory", async () => {
  const root = await mkdtemp(join(tmpdir(), "berth-blobs-"));
  const fs = createNodeFileSystem({ threads: 4 });
  const blobs = await openDirectoryBlobs({ root, fs, newId: randomUUID });
  return { blobs, close: () => rm(root, { recursive: true }) };
});
