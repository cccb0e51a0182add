import { useAwsStores } from "../support/use-aws-stores.ts";

useAwsStores();
await import("../../registry/racing-commit.test.ts");
