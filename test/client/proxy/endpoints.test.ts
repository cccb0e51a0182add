import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../spec/endpoints.test.ts");
