import { useProxy } from "../support/use-proxy.ts";

useProxy();
await import("../../spec/push-manifests.test.ts");
