import type { Clause, Update, Value } from "../../shared/ports/table.ts";
import type { AttributeValue } from "./dynamo-client.ts";
import { toDynamo } from "./dynamo-values.ts";

/**
 * Stand-ins for names and values, always: an attribute may have a name that DynamoDB reserves, and no value is ever
 * part of an expression's text.
 */
export interface Placeholders {
  readonly name: (name: string) => string;
  readonly value: (value: Value | bigint) => string;
  /** What a request carries of them; nothing where there are none, as DynamoDB refuses empty maps. */
  readonly used: () => {
    readonly ExpressionAttributeNames?: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
  };
}

export function createPlaceholders(): Placeholders {
  const names = new Map<string, string>();
  const values = new Map<string, AttributeValue>();
  return {
    name: (name) => {
      const known = names.get(name) ?? `#${names.size}`;
      names.set(name, known);
      return known;
    },
    value: (value) => {
      const placeholder = `:${values.size}`;
      values.set(placeholder, toDynamo(value));
      return placeholder;
    },
    used: () => ({
      ...(names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries(
          [...names].map(([name, placeholder]) => [placeholder, name]),
        ),
      }),
      ...(values.size > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    }),
  };
}

const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** The text of a condition that holds where every clause does; undefined where there is none. */
export function conditionOf(
  clauses: readonly Clause[],
  counters: Readonly<Record<string, number>>,
  placeholders: Placeholders,
): string | undefined {
  const conditions = [
    ...clauses.map((clause) => clauseText(clause, placeholders)),
    ...Object.entries(counters).map(([name, amount]) => staysExact(name, amount, placeholders)),
  ];
  return conditions.length > 0 ? conditions.join(" AND ") : undefined;
}

function clauseText(clause: Clause, { name, value }: Placeholders): string {
  switch (clause.kind) {
    case "exists":
      return `attribute_exists(${name("pk")})`;
    case "absent":
      return `attribute_not_exists(${name("pk")})`;
    case "equals":
      return `${name(clause.attribute)} = ${value(clause.value)}`;
    case "lacks":
      return `attribute_not_exists(${name(clause.attribute)})`;
  }
}

/** DynamoDB adds decimals of 38 digits: it would count on where a JavaScript number can't. */
function staysExact(counter: string, amount: number, { name, value }: Placeholders): string {
  const least = value(-MOST - BigInt(amount));
  const most = value(MOST - BigInt(amount));
  return `(attribute_not_exists(${name(counter)}) OR ${name(counter)} BETWEEN ${least} AND ${most})`;
}

export function updateText({ set = {}, add = {}, remove = [] }: Update, placeholders: Placeholders): string {
  const { name, value } = placeholders;
  const sets = Object.entries(set).map(([attribute, to]) => `${name(attribute)} = ${value(to)}`);
  const adds = Object.entries(add).map(([attribute, amount]) => `${name(attribute)} ${value(amount)}`);
  const clauses = [
    { verb: "SET", parts: sets },
    { verb: "ADD", parts: adds },
    { verb: "REMOVE", parts: remove.map(name) },
  ];
  return clauses
    .filter(({ parts }) => parts.length > 0)
    .map(({ verb, parts }) => `${verb} ${parts.join(", ")}`)
    .join(" ");
}
