import { useGateway } from "../support/use-gateway.ts";

useGateway();
await import("../../spec/push-chunked.test.ts");
