import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/lost-progress.test.ts");
