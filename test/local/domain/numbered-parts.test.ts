import { useLocalStores } from "./use-local-stores.ts";

useLocalStores();
await import("../../registry/numbered-parts.test.ts");
