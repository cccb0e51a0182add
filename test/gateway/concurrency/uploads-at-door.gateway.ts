import { useGateway } from "../support/use-gateway.ts";

// By the edge, which leads all of an upload but its beginning to the door.
useGateway("edge");
await import("../../concurrency/uploads.test.ts");
