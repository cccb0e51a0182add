#!/usr/bin/env node
/**
 * The entry of the command. Files are read, written and synced by a pool of threads that takes its size once, at its
 * first use: with Node's four, the fsyncs of parallel pushes would keep every read waiting. So that comes before all else.
 */
process.env["UV_THREADPOOL_SIZE"] ??= "16";
const { run } = await import("./command-line.ts");
await run(process.argv);
