import type { Access } from "./policy.ts";

/** Transactions need the right of each operation in them ("Using IAM with DynamoDB transactions"). */
const TRANSACTED: Readonly<Record<string, string>> = {
  ConditionCheck: "dynamodb:ConditionCheckItem",
  Delete: "dynamodb:DeleteItem",
  Get: "dynamodb:GetItem",
  Put: "dynamodb:PutItem",
  Update: "dynamodb:UpdateItem",
};

interface Item {
  readonly pk?: { readonly S?: string };
}

/** What names an item, or a range of them, in the requests that Berth makes. */
interface Named {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
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
    readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Item[] }>>;
  };
  const on = (action: string, table: string, partitions: readonly string[]): Access => ({
    action,
    resource: `${tables}${table}`,
    partitions,
  });
  if (input.TransactItems !== undefined) {
    return input.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, named]) =>
        on(TRANSACTED[kind] ?? `dynamodb:${kind}`, named.TableName ?? "", partitionsIn(named)),
      ),
    );
  }
  const action = `dynamodb:${operation}`;
  if (input.RequestItems !== undefined) {
    return Object.entries(input.RequestItems).map(([table, { Keys = [] }]) =>
      on(action, table, Keys.map(partitionOf)),
    );
  }
  const index = input.IndexName === undefined ? "" : `/index/${input.IndexName}`;
  return [on(action, `${input.TableName ?? "*"}${index}`, partitionsIn(input))];
}

const partitionOf = ({ pk }: Item): string => pk?.S ?? "";

/** A query names its partition first: `#0 = :0`. */
function partitionsIn(named: Named): readonly string[] {
  const item = named.Key ?? named.Item;
  if (item) return [partitionOf(item)];
  const [, name = "", value = ""] = /^(#\w+) = (:\w+)/.exec(named.KeyConditionExpression ?? "") ?? [];
  if (named.ExpressionAttributeNames?.[name] !== "pk") return [];
  return [named.ExpressionAttributeValues?.[value]?.S ?? ""];
}
