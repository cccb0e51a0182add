import type { Item, Key } from "../../shared/ports/table.ts";
import type { StoreContents } from "./store-contents.ts";

/** Finds items by their keys, and collects what is wrong. */
export interface Audit extends StoreContents {
  readonly find: (key: Key) => Item | undefined;
  readonly require: (holds: boolean, complaint: string) => void;
}
export interface Subject {
  readonly item: Item;
  /** what follows the prefixes of the partition and of the sort key */
  readonly owner: string;
  readonly rest: string;
}
/** What one kind of item needs of the others. */
export type Rule = (audit: Audit, subject: Subject) => void;
