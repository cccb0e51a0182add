import { testClient } from "./support/client-tests.ts";
import { testCopies } from "./support/copy-tests.ts";
import { DISTRIBUTION } from "./support/distribution.ts";
import { useRegistry } from "./support/use-registry.ts";
import { ZOT } from "./support/zot.ts";

testClient(ZOT);
testCopies(ZOT, [DISTRIBUTION]);

useRegistry(ZOT);
await import("../client/auth.test.ts");
await import("../client/lists.test.ts");
await import("../client/pull.test.ts");
await import("../client/push.test.ts");
await import("../client/tokens.test.ts");
