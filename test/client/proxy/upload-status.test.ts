import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../spec/upload-status.test.ts");
