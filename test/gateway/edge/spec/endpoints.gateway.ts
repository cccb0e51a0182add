import { useGateway } from "../../support/use-gateway.ts";

useGateway("edge");
await import("../../../spec/endpoints.test.ts");
