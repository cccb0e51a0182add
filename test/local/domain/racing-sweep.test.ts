import { useLocalStores } from "./use-local-stores.ts";

useLocalStores();
await import("../../registry/racing-sweep.test.ts");
