import { useGateway } from "../support/use-gateway.ts";

// API and upload door as two hosts: what goes on with an upload follows its Location.
useGateway("two hosts");
await import("../../spec/parallel-parts.test.ts");
await import("../../spec/push-chunked.test.ts");
await import("../../spec/push-monolithic.test.ts");
await import("../../spec/upload-secret.test.ts");
await import("../../spec/upload-status.test.ts");
