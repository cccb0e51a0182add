import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { describeTable } from "./table.contract.ts";

describeTable("memory", async () => ({ table: createMemoryTable(), close: async () => {} }));
