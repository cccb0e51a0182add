import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "..", "..");
/** The committed results of the full tier, for programs and for people. */
export const RESULTS = join(ROOT, "test", "results", "full.json");
export const REPORT = join(ROOT, "docs", "test-results.md");
