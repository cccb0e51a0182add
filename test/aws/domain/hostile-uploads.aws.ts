import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/hostile-uploads.test.ts");
