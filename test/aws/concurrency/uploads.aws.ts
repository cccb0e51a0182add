import { useAwsRegistry } from "../support/use-aws-registry.ts";

useAwsRegistry();
await import("../../concurrency/uploads.test.ts");
