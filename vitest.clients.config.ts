import { defineConfig } from "vitest/config";

/** Real clients against a running registry: one after the other, since they share a machine and its daemons. */
export default defineConfig({
  test: {
    include: ["test/clients/**/*.clients.ts"],
    globalSetup: ["test/clients/support/setup.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    /** the columns of docs/clients.md */
    tags: [
      { name: "upload", description: "how the client sends a blob" },
      { name: "round-trip", description: "push, pull, and the same bytes" },
      { name: "index", description: "multi-platform images" },
      { name: "referrers", description: "attached artifacts" },
      { name: "signatures", description: "sign and verify" },
      { name: "list", description: "the tags of a repository" },
      { name: "delete", description: "of a tag or a manifest" },
      { name: "huge", description: "a layer of 1 GiB" },
    ],
  },
});
