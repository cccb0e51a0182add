import type { Check, Update, Write } from "../../shared/ports/table.ts";
import type { TransactWriteItem } from "./dynamo-client.ts";
import { conditionOf, createPlaceholders, type Placeholders, updateText } from "./dynamo-expressions.ts";
import { itemToDynamo, keyToDynamo } from "./dynamo-values.ts";

/** An operation as DynamoDB takes it, alone or in a transaction. */
export const putInput = (table: string, { key, attributes, only = [] }: Extract<Write, { op: "put" }>) => {
  const placeholders = createPlaceholders();
  return {
    TableName: table,
    Item: itemToDynamo(key, attributes),
    ...condition(only, {}, placeholders),
    ...placeholders.used(),
  };
};

export const deleteInput = (
  table: string,
  { key, only = [] }: Omit<Extract<Write, { op: "delete" }>, "op">,
) => {
  const placeholders = createPlaceholders();
  return {
    TableName: table,
    Key: keyToDynamo(key),
    ...condition(only, {}, placeholders),
    ...placeholders.used(),
  };
};

export const updateInput = (table: string, update: Update) => {
  const { key, only = [], add = {} } = update;
  const placeholders = createPlaceholders();
  return {
    TableName: table,
    Key: keyToDynamo(key),
    UpdateExpression: updateText(update, placeholders),
    ...condition(only, add, placeholders),
    // To tell a clause that does not hold from a counter at its end: refused-counters.ts
    ...(hasCounters(update) && { ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const }),
    ...placeholders.used(),
  };
};

const checkInput = (table: string, { key, only }: Check) => {
  const placeholders = createPlaceholders();
  return {
    TableName: table,
    Key: keyToDynamo(key),
    ConditionExpression: conditionOf(only, {}, placeholders),
    ...placeholders.used(),
  };
};

export function transactInput(table: string, operation: Write | Check): TransactWriteItem {
  switch (operation.op) {
    case "put":
      return { Put: putInput(table, operation) };
    case "update":
      return { Update: updateInput(table, operation) };
    case "delete":
      return { Delete: deleteInput(table, operation) };
    case "check":
      return { ConditionCheck: checkInput(table, operation) };
  }
}

export const hasCounters = (operation: Write | Check): operation is Update =>
  operation.op === "update" && Object.keys(operation.add ?? {}).length > 0;

function condition(
  only: Parameters<typeof conditionOf>[0],
  counters: Readonly<Record<string, number>>,
  placeholders: Placeholders,
) {
  const text = conditionOf(only, counters, placeholders);
  return text === undefined ? {} : { ConditionExpression: text };
}
