import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/moving-tags.test.ts");
