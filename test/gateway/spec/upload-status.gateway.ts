import { useGateway } from "../support/use-gateway.ts";

useGateway();
await import("../../spec/upload-status.test.ts");
