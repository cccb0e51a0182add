import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../spec/push-monolithic.test.ts");
