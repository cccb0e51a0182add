import type { Branded } from "../oci/branded.ts";
import { OciError } from "../oci/errors.ts";
import { parseRepoName, parseTag } from "../oci/names.ts";
import { short } from "./short.ts";

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
    throw new GlobError(`'${short(text)}' matches no ${what}${hintFor(text, what)}`, { cause });
  }
  return glob;
}

function hintFor(text: string, what: string): string {
  if (/[?[\]{}!]/.test(text)) return ": only * and ** are wildcards";
  if (what === "tag") return text.includes("/") ? ": a tag holds no slash" : "";
  if (/[:@]/.test(text)) return ": it holds no host, no tag and no digest";
  return /^\/|\/$/.test(text) ? ": a slash stands only between two parts of it" : "";
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

/** What all that a glob matches begins with: all of it, where it has no star. */
export const beginningOf = (glob: Glob): string =>
  longest(glob.split(AND).map((each) => each.slice(0, firstStar(each))));

const longest = (texts: readonly string[]): string =>
  texts.reduce((one, other) => (other.length > one.length ? other : one));

/** Whether it is a name, and matches nothing else. */
export const isName = (glob: Glob): boolean => !glob.includes("*");

/** What both match, as one glob; undefined where it is plain that nothing does. */
export function both(one: Glob, other: Glob): Glob | undefined {
  if (!agree(one, other)) return undefined;
  if (covers(other, one)) return one;
  if (covers(one, other)) return other;
  if (isName(one)) return matches(other, one) ? one : undefined;
  if (isName(other)) return matches(one, other) ? other : undefined;
  return `${one}${AND}${other}` as Glob;
}

/** Whether they are alike up to the first star of either, as whatever both match would be. */
function agree(one: Glob, other: Glob): boolean {
  const length = Math.min(firstStar(one), firstStar(other));
  return one.startsWith(other.slice(0, length));
}

const firstStar = (glob: string): number => {
  const at = glob.indexOf("*");
  return at === -1 ? glob.length : at;
};

/** Whether the whole text matches; in a look at each of its letters for each run of stars at most, whatever they are. */
export function matches(glob: Glob, text: string): boolean {
  if (glob.includes(AND)) return glob.split(AND).every((each) => matchesOne(each, text));
  return matchesOne(glob, text);
}

/** Both ends are looked at first: for most globs and texts that settles it. */
function matchesOne(glob: string, text: string): boolean {
  const first = glob.indexOf("*");
  if (first === -1) return glob === text;
  const rest = glob.length - glob.lastIndexOf("*") - 1;
  if (text.length < first + rest) return false;
  if (!text.startsWith(glob.slice(0, first)) || !text.endsWith(glob.slice(glob.length - rest))) return false;
  return matchesPieces(glob.slice(first, glob.length - rest), text.slice(first, text.length - rest));
}

/** Carries, from piece to piece, at which places of the text what comes before may have ended. */
function matchesPieces(glob: string, text: string): boolean {
  if (glob === "**") return true;
  if (glob === "*") return !text.includes("/");
  const pieces = glob.split(/(\*+)/);
  let ends = new Uint8Array(text.length + 1);
  ends[0] = 1;
  for (const [at, piece] of pieces.entries()) {
    if (piece === "**") endAnywhere(ends);
    else if (piece === "*") endInFolder(ends, text);
    else if (pieces[at - 1] === "**" && pieces[at + 1] === "**") ends = endsFirst(piece, text, ends);
    else if (piece !== "") ends = endsAfter(piece, text, ends);
  }
  return ends[text.length] === 1;
}

/** Between two `**` the first place is as good as all that follow. */
function endsFirst(piece: string, text: string, before: Uint8Array): Uint8Array<ArrayBuffer> {
  const after = new Uint8Array(before.length);
  const first = before.indexOf(1);
  const at = first === -1 ? -1 : text.indexOf(piece, first);
  if (at !== -1) after[at + piece.length] = 1;
  return after;
}

/** What may end somewhere may end anywhere after that. */
function endAnywhere(ends: Uint8Array): void {
  const first = ends.indexOf(1);
  if (first !== -1) ends.fill(1, first);
}

/** The same, up to the next slash. */
function endInFolder(ends: Uint8Array, text: string): void {
  for (let at = 1; at < ends.length; at += 1) {
    if (ends[at - 1] === 1 && text[at - 1] !== "/") ends[at] = 1;
  }
}

function endsAfter(piece: string, text: string, before: Uint8Array): Uint8Array<ArrayBuffer> {
  const after = new Uint8Array(before.length);
  for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + 1)) {
    if (before[at] === 1) after[at + piece.length] = 1;
  }
  return after;
}
