import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tiers/paths.ts";
import type { Arrangement, Size } from "./matrix.ts";

interface Place {
  readonly client: string;
  readonly arrangement: Arrangement;
  readonly size: Size;
}

/** How a push went: in how many seconds, or what the client said. */
export type Cell = Place &
  (
    | { readonly kind: "through"; readonly seconds: string }
    | { readonly kind: "refused"; readonly words: string }
    | { readonly kind: "failed"; readonly words: string }
  );

/** A cell, and of which code it speaks. */
export type Tried = Cell & {
  /** yyyy-mm-dd */
  readonly date: string;
  readonly revision: string;
};

declare module "vitest" {
  interface TaskMeta {
    cell?: Cell;
  }
}

const FILE = join(ROOT, "docs", "door-clients.json");

export const readCells = (): readonly Tried[] => JSON.parse(readFileSync(FILE, "utf8")) as Tried[];

export const writeCells = (cells: readonly Tried[]): void =>
  writeFileSync(FILE, `${JSON.stringify(cells, null, 2)}\n`);

const isAt =
  ({ client, arrangement, size }: Place) =>
  (cell: Place): boolean =>
    cell.client === client && cell.arrangement === arrangement && cell.size === size;

export const cellAt = <Found extends Place>(cells: readonly Found[], place: Place): Found | undefined =>
  cells.find(isAt(place));

/** What was tried again takes the place of what was known of it. */
export const merged = (before: readonly Tried[], tried: readonly Tried[]): readonly Tried[] => [
  ...before.filter((cell) => cellAt(tried, cell) === undefined),
  ...tried,
];
