import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/half-deleted.test.ts");
