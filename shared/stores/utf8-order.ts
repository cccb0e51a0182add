const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;
const LAST_CODE_POINT = 0x10ffff;

/**
 * Orders well-formed strings as their UTF-8 bytes do, which is the order of their code points. JavaScript compares
 * UTF-16 units: there U+10000 and above (surrogates, D800-DFFF) come before U+E000-U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  for (let at = 0; at < common; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Lifts the surrogates above every other unit. */
const rank = (unit: number): number =>
  unit >= SURROGATES && unit < AFTER_SURROGATES ? unit + 0x10000 : unit;

/** The first string after `text`. */
export const successorOf = (text: string): string => `${text}\0`;

/** The first string after all that begin with `prefix`; undefined where nothing can follow them. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  const next = last + 1 === SURROGATES ? AFTER_SURROGATES : last + 1;
  return String.fromCodePoint(...points, next);
}
