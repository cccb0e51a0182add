import {
  type Consistency,
  type Key,
  type Page,
  type Query,
  type ReadTable,
  StoreUnavailableError,
} from "../../shared/ports/table.ts";
import { checkKey, checkKeys, checkQuery } from "../../shared/stores/table-limits.ts";
import { compareUtf8 } from "../../shared/stores/utf8-order.ts";
import { BatchGetItemCommand, type DynamoDBClient, GetItemCommand, QueryCommand } from "./dynamo-client.ts";
import { createPlaceholders } from "./dynamo-expressions.ts";
import { readFailure } from "./dynamo-refusals.ts";
import { itemFromDynamo, keyFromDynamo, keyToDynamo } from "./dynamo-values.ts";

/** A table of DynamoDB that is only read. */
export interface DynamoTableToRead {
  readonly client: DynamoDBClient;
  /** its name */
  readonly table: string;
}

/** The largest number that DynamoDB takes as a limit. */
const LARGEST_LIMIT = 2 ** 31 - 1;

/** The reading half of the Table port: all that a function bundles which only reads. */
export function createDynamoReads({ client, table }: DynamoTableToRead): ReadTable {
  return {
    get: async (key, consistency) => {
      checkKey(key);
      const command = new GetItemCommand({
        TableName: table,
        Key: keyToDynamo(key),
        ConsistentRead: isStrong(consistency),
      });
      const { Item: item } = await reading(() => client.send(command));
      return item && itemFromDynamo(item);
    },
    getMany: async (keys) => {
      checkKeys(keys);
      return keys.length === 0 ? { items: [], unprocessed: [] } : getMany({ client, table }, keys);
    },
    query: async (query) => {
      checkQuery(query);
      const start = startOf(query);
      return start === "nowhere" ? { items: [] } : readPage({ client, table }, query, start);
    },
  };
}

const isStrong = (consistency: Consistency): boolean => consistency === "strong";

async function reading<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (cause) {
    throw readFailure(cause);
  }
}

async function getMany({ client, table }: DynamoTableToRead, keys: readonly Key[]) {
  const wanted = { Keys: keys.map(keyToDynamo), ConsistentRead: true };
  const command = new BatchGetItemCommand({ RequestItems: { [table]: wanted } });
  const { Responses: responses, UnprocessedKeys: left } = await reading(() => client.send(command));
  const items = (responses?.[table] ?? []).map(itemFromDynamo);
  const unprocessed = (left?.[table]?.Keys ?? []).map(keyFromDynamo);
  if (unprocessed.length === keys.length) {
    throw new StoreUnavailableError("DynamoDB is too busy to read any item of a batch");
  }
  return { items, unprocessed };
}

/** Where a query begins: DynamoDB takes an `after` only where it is within the range, also one that needn't exist. */
type Start = "beginning" | "nowhere" | { readonly after: string };

function startOf({ prefix, after, reverse = false }: Query): Start {
  if (after === undefined) return "beginning";
  // A key can't be empty: every one comes after it, none before.
  if (after === "") return reverse ? "nowhere" : "beginning";
  if (after.startsWith(prefix)) return { after };
  return compareUtf8(after, prefix) < 0 === reverse ? "nowhere" : "beginning";
}

async function readPage(
  { client, table }: DynamoTableToRead,
  { pk, prefix, limit, consistency, reverse = false, keysOnly = false }: Query,
  start: Exclude<Start, "nowhere">,
): Promise<Page> {
  const placeholders = createPlaceholders();
  const { name, value } = placeholders;
  const inPartition = `${name("pk")} = ${value(pk)}`;
  const command = new QueryCommand({
    TableName: table,
    KeyConditionExpression:
      prefix === "" ? inPartition : `${inPartition} AND begins_with(${name("sk")}, ${value(prefix)})`,
    ...(keysOnly && { ProjectionExpression: `${name("pk")}, ${name("sk")}` }),
    ...placeholders.used(),
    ...(start !== "beginning" && { ExclusiveStartKey: keyToDynamo({ pk, sk: start.after }) }),
    ScanIndexForward: !reverse,
    ConsistentRead: isStrong(consistency),
    Limit: Math.min(limit, LARGEST_LIMIT),
  });
  const { Items: found = [], LastEvaluatedKey: last } = await reading(() => client.send(command));
  const items = found.map(itemFromDynamo);
  return last ? { items, next: keyFromDynamo(last).sk } : { items };
}
