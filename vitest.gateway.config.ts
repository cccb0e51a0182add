import { defineConfig } from "vitest/config";

/** The stack as it is synthesized, played on this machine. One file after the other: each starts stores and functions. */
export default defineConfig({
  test: {
    include: ["test/gateway/**/*.gateway.ts"],
    globalSetup: ["test/gateway/support/setup.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
