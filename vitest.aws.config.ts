import { defineConfig } from "vitest/config";

/** The stores of AWS, against DynamoDB Local and a real S3 server: `npm run test:aws:install` fetches them. */
export default defineConfig({
  test: {
    include: ["test/aws/**/*.aws.ts"],
    globalSetup: ["test/aws/support/setup.ts"],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
