/** `'pul' is none of pull, push; did you mean pull?` */
export function noneOf(text: string, choices: readonly string[]): string {
  const nearest = nearestOf(text, choices);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `'${short(text)}' is none of ${choices.join(", ")}${hint}`;
}

/** A text as a message quotes it. */
export const short = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** More letters than these are no slip of the fingers. */
const MOST_SLIPS = 2;
const LONGEST = 100;

function nearestOf(text: string, choices: readonly string[]): string | undefined {
  if (text.length > LONGEST) return undefined;
  const most = Math.min(MOST_SLIPS, Math.floor(text.length / 2));
  const near = choices
    .map((choice) => ({ choice, slips: distance(text.toLowerCase(), choice.toLowerCase()) }))
    .filter(({ slips }) => slips <= most)
    .toSorted((one, other) => one.slips - other.slips);
  return near[0]?.choice;
}

/** Letters to put in, leave out or exchange (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, letter] of Array.from(from).entries()) {
    const next = [line + 1];
    for (const [at, wanted] of Array.from(to).entries()) {
      const exchanged = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(exchanged, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
