import { short } from "./short.ts";

/** Of more choices than these, a message names the first. */
const MOST_NAMED = 10;

/** `'pul' is none of pull, push; did you mean pull?` */
export function noneOf(text: string, choices: readonly string[]): string {
  const nearest = nearestOf(text, choices);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const more = choices.length > MOST_NAMED ? ` and ${choices.length - MOST_NAMED} more` : "";
  return `'${short(text)}' is none of ${choices.slice(0, MOST_NAMED).map(short).join(", ")}${more}${hint}`;
}

/** More letters than these are no slip of the fingers. */
const MOST_SLIPS = 2;
const LONGEST = 100;
/** Choices of about the text's length that are looked at: a hint is not worth more time. */
const MOST_COMPARED = 300;

function nearestOf(text: string, choices: readonly string[]): string | undefined {
  if (text.length > LONGEST) return undefined;
  const most = Math.min(MOST_SLIPS, Math.floor(text.length / 2));
  const near = choices
    .filter(({ length }) => Math.abs(length - text.length) <= most)
    .slice(0, MOST_COMPARED)
    .map((choice) => ({ choice, slips: distance(text.toLowerCase(), choice.toLowerCase(), most) }))
    .filter(({ slips }) => slips <= most)
    .toSorted((one, other) => one.slips - other.slips);
  return near[0]?.choice;
}

/**
 * Letters to put in, leave out or exchange (Levenshtein), or something above `most`. So it looks only at places which are at
 * most so far apart, and no further than to where they can't be that near any more.
 */
function distance(from: string, to: string, most: number): number {
  let row = Array.from({ length: most + 1 }, (_, at) => at);
  for (let line = 0; line < from.length && Math.min(...row) <= most; line += 1) {
    const first = Math.max(0, line - most);
    const next = Array.from({ length: first + 1 }, () => line + 1);
    for (let at = first; at < Math.min(to.length, line + most + 1); at += 1) {
      const exchanged = (row[at] ?? FAR) + (from[line] === to[at] ? 0 : 1);
      next[at + 1] = Math.min(exchanged, (row[at + 1] ?? FAR) + 1, (next[at] ?? FAR) + 1);
    }
    row = next;
  }
  return row[to.length] ?? FAR;
}

const FAR = Number.POSITIVE_INFINITY;
