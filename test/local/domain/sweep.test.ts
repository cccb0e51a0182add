import { useLocalStores } from "./use-local-stores.ts";

useLocalStores();
await import("../../registry/sweep.test.ts");
