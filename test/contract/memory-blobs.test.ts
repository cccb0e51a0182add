import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { blobsContract } from "./blobs.contract.ts";

blobsContract("memory", async () => ({ blobs: createMemoryBlobs(), close: async () => {} }));
