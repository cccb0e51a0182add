import type { Table, Write, WriteResult } from "../../shared/ports/table.ts";
import { checkOperation, checkOperations } from "../../shared/stores/table-limits.ts";
import {
  DeleteItemCommand,
  type DynamoClients,
  type DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "./dynamo-client.ts";
import { deleteInput, putInput, transactInput, updateInput } from "./dynamo-operations.ts";
import { createDynamoReads } from "./dynamo-reads.ts";
import { transactRefusal, writeRefusal } from "./dynamo-refusals.ts";
import { attributesFromDynamo, type DynamoItem } from "./dynamo-values.ts";

interface DynamoTable {
  readonly clients: DynamoClients;
  /** its name */
  readonly table: string;
}

/** The Table port on a table of DynamoDB with the keys pk and sk. */
export function createDynamoTable({ clients, table }: DynamoTable): Table {
  return {
    ...createDynamoReads({ client: clients.repeating, table }),
    write: async (write) => {
      checkOperation(write);
      return writeOne(clients.once, table, write);
    },
    transact: async (operations) => {
      checkOperations(operations);
      const items = operations.map((operation) => transactInput(table, operation));
      try {
        await clients.repeating.send(new TransactWriteItemsCommand({ TransactItems: items }));
        return { outcome: "written" };
      } catch (cause) {
        return transactRefusal(cause, operations);
      }
    },
  };
}

async function writeOne(client: DynamoDBClient, table: string, write: Write): Promise<WriteResult> {
  try {
    const after = await send(client, table, write);
    return { outcome: "written", attributes: attributesFromDynamo(after ?? {}) };
  } catch (cause) {
    return writeRefusal(cause, write);
  }
}

/** Answers the item after an update. */
async function send(client: DynamoDBClient, table: string, write: Write): Promise<DynamoItem | undefined> {
  switch (write.op) {
    case "put":
      await client.send(new PutItemCommand(putInput(table, write)));
      return undefined;
    case "update": {
      const input = { ...updateInput(table, write), ReturnValues: "ALL_NEW" } as const;
      return (await client.send(new UpdateItemCommand(input))).Attributes;
    }
    case "delete":
      await client.send(new DeleteItemCommand(deleteInput(table, write)));
      return undefined;
  }
}
