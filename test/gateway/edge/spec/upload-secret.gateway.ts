import { useGateway } from "../../support/use-gateway.ts";

useGateway("edge");
await import("../../../spec/upload-secret.test.ts");
