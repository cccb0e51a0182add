import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/numbered-parts.test.ts");
