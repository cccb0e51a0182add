import { defineConfig } from "vitest/config";

/** Real clients against the stack on this machine, with layers of every size: one after the other. */
export default defineConfig({
  test: {
    include: ["test/door-clients/**/*.door.ts"],
    globalSetup: ["test/gateway/support/setup.ts"],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 180_000,
  },
});
