import { useGateway } from "../support/use-gateway.ts";

useGateway();
await import("../../concurrency/uploads.test.ts");
