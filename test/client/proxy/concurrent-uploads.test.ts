import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../concurrency/uploads.test.ts");
