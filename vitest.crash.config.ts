import { defineConfig } from "vitest/config";

/** Crashes of the whole registry: killed processes, power cuts, full disks. One after the other, and not in `npm test`. */
export default defineConfig({
  test: {
    include: ["test/crash/**/*.crash.ts"],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
