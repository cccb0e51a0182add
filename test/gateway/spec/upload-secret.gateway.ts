import { useGateway } from "../support/use-gateway.ts";

useGateway();
await import("../../spec/upload-secret.test.ts");
