/** Consecutive numbers, both ends inclusive. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** `1-64,70-80`: ten thousand part numbers in a few characters, as they nearly always follow each other. */
export const formatNumbers = (ranges: readonly NumberRange[]): string =>
  ranges.map(({ first, last }) => `${first}-${last}`).join(",");

export function parseNumbers(text: string): readonly NumberRange[] {
  if (text === "") return [];
  return text.split(",").map((range) => {
    const [first, last] = range.split("-").map(Number);
    if (first === undefined || last === undefined) throw new Error(`no range of numbers: '${range}'`);
    return { first, last };
  });
}

/** The ranges with one more number, which is greater than all in them. */
export function withNumber(ranges: readonly NumberRange[], number: number): readonly NumberRange[] {
  const last = ranges.at(-1);
  if (last?.last !== number - 1) return [...ranges, { first: number, last: number }];
  return [...ranges.slice(0, -1), { first: last.first, last: number }];
}

export const includesNumber = (ranges: readonly NumberRange[], number: number): boolean =>
  ranges.some(({ first, last }) => first <= number && number <= last);
