import type { Attributes, Item, Key, Value } from "../../shared/ports/table.ts";
import type { AttributeValue } from "./dynamo-client.ts";

export type DynamoItem = Record<string, AttributeValue>;

/** JavaScript writes a number with as many digits as tell it apart from all others, 17 at most; DynamoDB keeps 38. */
export function toDynamo(value: Value | bigint): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number" || typeof value === "bigint") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  // A copy: the SDK reads it later, and the bytes are the caller's again as soon as it has its promise.
  return { B: new Uint8Array(value) };
}

function fromDynamo(value: AttributeValue): Value {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  // A copy, for the bytes may lie in a buffer that is larger, and that others use.
  if (value.B !== undefined) return new Uint8Array(value.B);
  throw new Error(`an attribute of the type ${Object.keys(value).join()}, which no version of Berth writes`);
}

export const keyToDynamo = ({ pk, sk }: Key): DynamoItem => ({ pk: { S: pk }, sk: { S: sk } });

export function keyFromDynamo(item: DynamoItem): Key {
  const { pk, sk } = item;
  if (pk?.S === undefined || sk?.S === undefined) throw new Error("an item without pk or sk");
  return { pk: pk.S, sk: sk.S };
}

export const itemToDynamo = (key: Key, attributes: Attributes): DynamoItem => {
  const values = Object.entries(attributes).map(([name, value]) => [name, toDynamo(value)] as const);
  return { ...Object.fromEntries(values), ...keyToDynamo(key) };
};

export function itemFromDynamo(item: DynamoItem): Item {
  return { ...keyFromDynamo(item), attributes: attributesFromDynamo(item) };
}

export function attributesFromDynamo(item: DynamoItem): Attributes {
  const values = Object.entries(item).filter(([name]) => name !== "pk" && name !== "sk");
  return Object.fromEntries(values.map(([name, value]) => [name, fromDynamo(value)]));
}
