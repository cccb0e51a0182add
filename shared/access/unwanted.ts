import { CST, Lexer } from "yaml";
import { short } from "./short.ts";

/** A place in a text at which a policy has nothing like that, and why. */
export interface Unwanted {
  readonly offset: number;
  readonly reason: string;
}

/** lists and maps in one another; a policy needs six */
const MAX_DEPTH = 20;
/** spaces before a line: in YAML, depth */
const MAX_INDENT = 100;
/** So many take the parser a tenth of a second at most; 1,200 rules of the usual length have as many. */
export const MAX_TOKENS = 32_000;
/** Each may cost every decision a look at each letter of a name. */
export const MAX_STARS = 4000;

/**
 * Looks only at the tokens: what YAML has beyond lists, maps and texts is refused, so nothing refers to anything, and
 * nothing has a type of its own. What is nested too deeply is refused here since composing it takes a stack as deep, and what
 * has too many tokens since composing them takes too long. After these nothing more is said.
 */
export function* unwantedIn(text: string): Generator<Unwanted, void, undefined> {
  const seen = { depth: 0, markers: 0, tokens: 0, stars: 0 };
  let offset = 0;
  let isText = false;
  for (const token of new Lexer().lex(text)) {
    const type: string = isText ? "text" : (CST.tokenType(token) ?? "text");
    isText = type === "scalar";
    const reason = REFUSED[type]?.(token);
    if (reason !== undefined) yield { offset, reason };
    count(seen, type, token);
    const excess = excessOf(seen, type, token);
    if (excess !== undefined) return yield { offset, reason: excess };
    if (!WITHOUT_TEXT.has(type)) offset += token.length;
  }
}

interface Seen {
  depth: number;
  /** on this line */
  markers: number;
  tokens: number;
  stars: number;
}

function count(seen: Seen, type: string, token: string): void {
  seen.depth += DEEPER[type] ?? 0;
  seen.markers = type === "newline" ? 0 : seen.markers + (MARKERS.has(type) ? 1 : 0);
  seen.tokens += WITHOUT_TEXT.has(type) ? 0 : 1;
  if (type === "double-quoted-scalar") seen.tokens += occurrences("\\", token);
  if (TEXTS.has(type)) seen.stars += occurrences("*", token);
}

function excessOf({ depth, markers, tokens, stars }: Seen, type: string, token: string): string | undefined {
  const isTooDeep = depth + markers > MAX_DEPTH || (type === "space" && token.length > MAX_INDENT);
  if (isTooDeep) return "lists and maps are nested too deeply here";
  if (depth < 0) return `this '${token}' closes nothing`;
  if (tokens > MAX_TOKENS) {
    return `a policy has at most ${MAX_TOKENS} words and signs, spaces and line ends among them, and here are more: name a pattern or a group instead of each`;
  }
  if (stars > MAX_STARS) return `a policy has at most ${MAX_STARS} stars, and here are more`;
  return undefined;
}

const occurrences = (sign: string, text: string): number => text.split(sign).length - 1;

const DEEPER: Readonly<Record<string, number>> = {
  "flow-map-start": 1,
  "flow-seq-start": 1,
  "flow-map-end": -1,
  "flow-seq-end": -1,
};

/** Each of them on one line begins a list or a map in the one before. */
const MARKERS: ReadonlySet<string> = new Set(["seq-item-ind", "explicit-key-ind"]);
/** What the lexer puts between the pieces of the text. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set(["doc-mode", "flow-error-end", "scalar"]);
/** What may hold a glob. The lexer says before a text without quotes that it comes, and has no name for it. */
const TEXTS: ReadonlySet<string> = new Set(["text", "single-quoted-scalar", "double-quoted-scalar"]);

const REFUSED: Readonly<Record<string, (token: string) => string>> = {
  alias: (token) => `a text that begins with a star needs quotes: '${short(token)}'`,
  anchor: (token) => `'${short(token)}' is an anchor of YAML, which a policy does not take: use a group`,
  tag: (token) => `'${short(token)}' is a tag of YAML, which a policy does not take: every value is a text`,
  "directive-line": () => "a policy takes no directives of YAML",
};
