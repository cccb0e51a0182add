import { useGateway } from "../support/use-gateway.ts";

useGateway();
await import("../../spec/tags.test.ts");
