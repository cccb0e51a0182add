import { describeTable } from "../../contract/table.contract.ts";
import { openAwsTable } from "../support/stores.ts";

// DynamoDB Local is generous, where DynamoDB itself keeps to the port.
describeTable(
  "DynamoDB",
  async () => {
    const { table, close } = await openAwsTable();
    return { table, close: async () => close() };
  },
  { generous: true },
);
