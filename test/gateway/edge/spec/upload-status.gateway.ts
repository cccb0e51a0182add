import { useGateway } from "../../support/use-gateway.ts";

useGateway("edge");
await import("../../../spec/upload-status.test.ts");
