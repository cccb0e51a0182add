import type { Item } from "../ports/table.ts";

/** Reads an attribute that the code which wrote the item always writes; its absence is a defect or a damaged store. */
export function textOf(item: Item, name: string): string {
  const value = item.attributes[name];
  if (typeof value !== "string") throw damaged(item, name);
  return value;
}

export function numberOf(item: Item, name: string): number {
  const value = item.attributes[name];
  if (typeof value !== "number") throw damaged(item, name);
  return value;
}

export function optionalText(item: Item, name: string): string | undefined {
  const value = item.attributes[name];
  return typeof value === "string" ? value : undefined;
}

export function optionalBytes(item: Item, name: string): Uint8Array | undefined {
  const value = item.attributes[name];
  return value instanceof Uint8Array ? value : undefined;
}

const damaged = ({ pk, sk }: Item, name: string): Error =>
  new Error(`the item ${pk} ${sk} has no usable '${name}'`);
