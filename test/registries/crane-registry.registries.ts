import { testClient } from "./support/client-tests.ts";
import { testCopies } from "./support/copy-tests.ts";
import { CRANE_REGISTRY } from "./support/crane-registry.ts";
import { useRegistry } from "./support/use-registry.ts";

testClient(CRANE_REGISTRY);
testCopies(CRANE_REGISTRY);

// It has neither pages nor the status of an upload, nor does it look whether a manifest's blobs are there.
useRegistry(CRANE_REGISTRY);
await import("../client/pull.test.ts");
