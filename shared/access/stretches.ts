import { beginningOf, type Glob, isName } from "./glob.ts";

/** Behind every character of a repository's name, in the order of the catalog. */
const LAST = "~";
/** No name is longer, and so nothing follows a name of this length that begins with it. */
const LONGEST_NAME = 255;

/** A part of the catalog: all names after `before`, up to `last`. Neither needs to be a name. */
interface Stretch {
  readonly before: string;
  readonly last: string;
}

/**
 * From a place in the catalog to the first from which on there may be names that the globs match: the place itself, or one
 * behind it. undefined where none can follow. Places have to be asked for in their order.
 */
export function stretchesOf(globs: readonly Glob[]): (place: string) => string | undefined {
  const stretches = globs.map(stretchOf).toSorted(inOrder);
  let at = 0;
  return (place) => {
    while ((stretches[at]?.last ?? LAST) <= place && at < stretches.length) at += 1;
    const before = stretches[at]?.before;
    return before === undefined || before > place ? before : place;
  };
}

function inOrder({ before: one }: Stretch, { before: other }: Stretch): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function stretchOf(glob: Glob): Stretch {
  const beginning = beginningOf(glob);
  return { before: placeBefore(beginning), last: isName(glob) ? beginning : beginning + LAST };
}

/** Behind all names that come before those which begin so. */
function placeBefore(beginning: string): string {
  const last = beginning.at(-1);
  if (last === undefined) return "";
  const place = beginning.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) - 1);
  return place.length < LONGEST_NAME ? place + LAST : place;
}
