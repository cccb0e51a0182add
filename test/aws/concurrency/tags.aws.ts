import { useAwsRegistry } from "../support/use-aws-registry.ts";

useAwsRegistry();
await import("../../concurrency/tags.test.ts");
