import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/racing-sweep.test.ts");
