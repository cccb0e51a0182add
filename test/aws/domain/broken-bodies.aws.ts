import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/broken-bodies.test.ts");
