import type { Branded } from "../oci/branded.ts";
import { OciError } from "../oci/errors.ts";
import { parseRepoName, parseTag } from "../oci/names.ts";
import { short } from "./nearest.ts";

/**
 * A pattern that was parsed once: `*` stands for any characters but `/`, `**` for any, everything else for itself. So
 * `shop/*` has `shop/api`, `shop/**` also `shop/api/base`, and neither has `shop`. A name without stars is a glob as well.
 */
export type Glob = Branded<"Glob">;

/** A text that is no glob, or one that nothing could match; the message is the reason, for who wrote it. */
export class GlobError extends Error {
  override readonly name = "GlobError";
}

/** The length to which a glob of anything but names is bounded: an ARN's. */
const MAX_LENGTH = 2048;
/** Between the globs of a conjunction. None of them holds it: control characters are refused. */
const AND = "\n";

const STARS = /\*+/g;
const CONTROL = /\p{Cc}/u;

/** A glob of repository names. GlobError where no name could match it. */
export function parseGlob(text: string): Glob {
  if (/[A-Z]/.test(text)) throw new GlobError(`'${short(text)}': repository names are in lower case`);
  return parseNames(text, parseRepoName, "repository name");
}

/** A glob of tags. GlobError where no tag could match it. */
export const parseTagGlob = (text: string): Glob => parseNames(text, parseTag, "tag");

/** A glob of anything that has no grammar here: a claim, an ARN. GlobError where it is empty, or longer than 2048. */
export function parseTextGlob(text: string): Glob {
  if (text === "") throw new GlobError("a glob can't be empty");
  if (text.length > MAX_LENGTH) throw new GlobError(`a glob has at most ${MAX_LENGTH} characters`);
  if (CONTROL.test(text)) throw new GlobError("a glob can't hold control characters");
  if (text.includes("***")) throw new GlobError(`'${short(text)}': there is no ***, only * and **`);
  return text as Glob;
}

/**
 * Whether some name matches is whether the glob is a name with an `a` for each run of stars: names may have a letter
 * anywhere, and what may follow a star's characters may follow a letter. No star makes the names shorter than the glob.
 */
function parseNames(text: string, parse: (name: string) => string, what: string): Glob {
  const glob = parseTextGlob(text);
  try {
    parse(text.replaceAll(STARS, "a"));
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    const hint = /[?[\]{}!]/.test(text) ? ": only * and ** are wildcards" : "";
    throw new GlobError(`'${short(text)}' matches no ${what}${hint}`, { cause });
  }
  return glob;
}

/** Whether it is plain that one matches whatever the other does. */
export function covers(wide: Glob, narrow: Glob): boolean {
  if (wide === narrow) return true;
  const folder = folderOf(wide);
  return folder !== undefined && narrow.startsWith(folder);
}

/** What all that a glob matches begins with, and all that begins so is matched: `shop/` for `shop/**`, nothing for `**`. */
function folderOf(glob: Glob): string | undefined {
  const before = glob.slice(0, -"**".length);
  const isFolder = glob.endsWith("**") && (before === "" || before.endsWith("/"));
  return isFolder && !before.includes("*") ? before : undefined;
}

/** The globs without those that another covers; in a time that grows with their number alone. */
export function outermost(globs: readonly Glob[]): readonly Glob[] {
  const folders = new Set(globs.map(folderOf).filter((folder) => folder !== undefined));
  const isCovered = (glob: Glob): boolean => {
    const own = folderOf(glob);
    return foldersAround(glob).some((folder) => folder !== own && folders.has(folder));
  };
  return [...new Set(globs)].filter((glob) => !isCovered(glob));
}

/** Nothing, `a/` and `a/b/` for `a/b/c`. */
const foldersAround = (glob: Glob): readonly string[] => [
  "",
  ...[...glob.matchAll(/\//g)].map(({ index }) => glob.slice(0, index + 1)),
];

/** What both match, as one glob; undefined where it is plain that nothing does. */
export function both(one: Glob, other: Glob): Glob | undefined {
  if (covers(other, one)) return one;
  if (covers(one, other)) return other;
  if (!one.includes("*")) return matches(other, one) ? one : undefined;
  if (!other.includes("*")) return matches(one, other) ? other : undefined;
  return `${one}${AND}${other}` as Glob;
}

/** Whether the whole text matches; in steps of at most the glob's length times the text's, whatever they are. */
export function matches(glob: Glob, text: string): boolean {
  return glob.split(AND).every((each) => (each.includes("*") ? matchesPieces(each, text) : each === text));
}

/** Carries, from piece to piece, at which places of the text what comes before may have ended. */
function matchesPieces(glob: string, text: string): boolean {
  if (!text.startsWith(glob.slice(0, glob.indexOf("*")))) return false;
  let ends = Array.from({ length: text.length + 1 }, (_, at) => at === 0);
  for (const piece of glob.split(/(\*+)/)) ends = endsAfter(piece, text, ends);
  return ends[text.length] === true;
}

function endsAfter(piece: string, text: string, before: readonly boolean[]): boolean[] {
  const after = before.map(() => false);
  for (const [at, ended] of before.entries()) {
    if (piece === "*") after[at] = ended || (after[at - 1] === true && text[at - 1] !== "/");
    else if (piece === "**") after[at] = ended || after[at - 1] === true;
    else if (ended && text.startsWith(piece, at)) after[at + piece.length] = true;
  }
  return after;
}
