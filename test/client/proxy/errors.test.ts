import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../spec/errors.test.ts");
