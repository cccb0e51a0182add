import { defineConfig } from "vitest/config";
import { isZotForgiven } from "./test/registries/support/zot-here.ts";

/** The client and `berth copy` against other registries. */
export default defineConfig({
  test: {
    include: ["test/registries/*.registries.ts"],
    exclude: isZotForgiven(process.env) ? ["test/registries/zot*.registries.ts"] : [],
    globalSetup: ["test/registries/support/setup.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
