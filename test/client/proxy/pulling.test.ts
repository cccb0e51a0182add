import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../spec/pulling.test.ts");
