import type { Access } from "./policy.ts";

/** Transactions need the right of each operation in them ("Using IAM with DynamoDB transactions"). */
const TRANSACTED: Readonly<Record<string, string>> = {
  ConditionCheck: "dynamodb:ConditionCheckItem",
  Delete: "dynamodb:DeleteItem",
  Get: "dynamodb:GetItem",
  Put: "dynamodb:PutItem",
  Update: "dynamodb:UpdateItem",
};

interface Named {
  readonly TableName?: string;
}

/**
 * What a request to DynamoDB needs to be allowed. `target` as X-Amz-Target names the operation, `body` its JSON;
 * `tables`: ARN prefix of all tables, ending with `table/`.
 */
export function dynamodbAccesses(target: string, body: string, tables: string): readonly Access[] {
  const operation = target.split(".")[1] ?? "";
  const input = JSON.parse(body) as Named & {
    readonly IndexName?: string;
    readonly TransactItems?: readonly Readonly<Record<string, Named>>[];
    readonly RequestItems?: Readonly<Record<string, unknown>>;
  };
  const on = (action: string, table: string): Access => ({ action, resource: `${tables}${table}` });
  if (input.TransactItems !== undefined) {
    return input.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName = "" }]) =>
        on(TRANSACTED[kind] ?? `dynamodb:${kind}`, TableName),
      ),
    );
  }
  const action = `dynamodb:${operation}`;
  if (input.RequestItems !== undefined) {
    return Object.keys(input.RequestItems).map((table) => on(action, table));
  }
  const index = input.IndexName === undefined ? "" : `/index/${input.IndexName}`;
  return [on(action, `${input.TableName ?? "*"}${index}`)];
}
