import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../spec/parallel-parts.test.ts");
