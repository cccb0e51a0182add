#!/usr/bin/env node
import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

/**
 * The entry of the command. Files are read, written and synced by a pool of threads that takes its size once, at its
 * first use: with Node's four, the fsyncs of parallel pushes would keep every read waiting. So that comes before all else.
 */
process.env["UV_THREADPOOL_SIZE"] ??= "16";
// What a socket reads lies in buffers of 64 KiB that go with the young objects that hold them. Sweeping those after 1 MB
// instead of 16 costs requests nothing that could be measured, and parallel pushes 30 MB less.
setFlagsFromString("--semi-space-growth-factor=1");
// Run from source, half of a start would go into taking the types out of every file again; the bundle has none.
if (import.meta.url.endsWith(".ts")) {
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/berth", import.meta.url)));
}
const { run } = await import("./command-line.ts");
await run(process.argv);
flushCompileCache();
