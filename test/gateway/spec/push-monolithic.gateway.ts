import { useGateway } from "../support/use-gateway.ts";

useGateway();
await import("../../spec/push-monolithic.test.ts");
