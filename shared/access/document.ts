import { CST, isMap, isScalar, isSeq, Lexer, LineCounter, type ParsedNode, parseDocument } from "yaml";
import type { Complain, Place } from "./complaints.ts";
import { short } from "./nearest.ts";

/**
 * A YAML or JSON document as a policy takes it: texts, lists and maps, each with its place. Every scalar is a text as it
 * stands there, so no tag `1.10` becomes a number, and no `no` a false.
 */
export type Node = TextNode | ListNode | MapNode;

export interface TextNode extends Place {
  readonly kind: "text";
  readonly text: string;
}

export interface ListNode extends Place {
  readonly kind: "list";
  readonly items: readonly Node[];
}

export interface MapNode extends Place {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, { readonly key: TextNode; readonly value: Node }>;
}

/** bytes: an item of DynamoDB has 400 KB, and what complains takes its time with more */
export const MAX_POLICY_BYTES = 128 * 1024;
/** lists and maps in one another; a policy needs six */
const MAX_DEPTH = 20;
/** spaces before a line: in YAML, depth */
const MAX_INDENT = 100;

/** Complains of all that is not to be taken, and may return the rest; undefined where nothing is left to speak of. */
export function readDocument(text: string, complain: Complain): Node | undefined {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), path: "" };
  };
  if (new TextEncoder().encode(text).length > MAX_POLICY_BYTES) {
    complain(placeAt(0), `a policy has at most ${MAX_POLICY_BYTES / 1024} KB`);
    return undefined;
  }
  if (!text.isWellFormed()) {
    complain(placeAt(0), "a policy is text in UTF-8");
    return undefined;
  }
  lines.lineStarts = [0, ...text.matchAll(/\n/g).map(({ index }) => index + 1)];
  const unwanted = findUnwanted(text);
  for (const { offset, reason } of unwanted) complain(placeAt(offset), reason);
  return unwanted.length > 0 ? undefined : compose(text, placeAt, complain);
}

type PlaceAt = (offset: number) => Place;

interface Unwanted {
  readonly offset: number;
  readonly reason: string;
}

/**
 * Looks only at the tokens: what YAML has beyond lists, maps and texts is refused, so nothing refers to anything, and
 * nothing has a type of its own. What is nested too deeply is refused here since composing it takes a stack as deep.
 */
function findUnwanted(text: string): readonly Unwanted[] {
  const found: Unwanted[] = [];
  let offset = 0;
  let depth = 0;
  let markers = 0;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    const reason = REFUSED[type ?? ""]?.(token);
    if (reason !== undefined) found.push({ offset, reason });
    depth += DEEPER[type ?? ""] ?? 0;
    markers = type === "newline" ? 0 : markers + (MARKERS.has(type ?? "") ? 1 : 0);
    const tooDeep = depth + markers > MAX_DEPTH || (type === "space" && token.length > MAX_INDENT);
    if (tooDeep) return [...found, { offset, reason: "lists and maps are nested too deeply here" }];
    if (depth < 0) return [...found, { offset, reason: `this '${token}' closes nothing` }];
    if (!WITHOUT_TEXT.has(type ?? "")) offset += token.length;
  }
  return found;
}

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

const REFUSED: Readonly<Record<string, (token: string) => string>> = {
  alias: (token) => `a text that begins with a star needs quotes: '${short(token)}'`,
  anchor: (token) => `'${short(token)}' is an anchor of YAML, which a policy does not take: use a group`,
  tag: (token) => `'${short(token)}' is a tag of YAML, which a policy does not take: every value is a text`,
  "directive-line": () => "a policy takes no directives of YAML",
};

function compose(text: string, placeAt: PlaceAt, complain: Complain): Node | undefined {
  const document = parseDocument(text, {
    schema: "failsafe",
    version: "1.2",
    // Found by us, in a time that does not grow with the square of their number.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  for (const { message, pos } of [...document.errors, ...document.warnings])
    complain(placeAt(pos[0]), message);
  if (document.contents === null) {
    if (document.errors.length === 0) complain(placeAt(0), "the policy is empty");
    return undefined;
  }
  return document.errors.length > 0 ? undefined : toNode(document.contents, "", { placeAt, complain });
}

interface Reading {
  readonly placeAt: PlaceAt;
  readonly complain: Complain;
}

function toNode(node: ParsedNode, path: string, reading: Reading): Node {
  const place = { ...reading.placeAt(node.range[0]), path };
  if (isScalar(node))
    return { ...place, kind: "text", text: typeof node.value === "string" ? node.value : "" };
  if (isSeq(node)) {
    const items = node.items.map((item, index) => toNode(item, `${path}[${index}]`, reading));
    return { ...place, kind: "list", items };
  }
  const entries = new Map<string, { key: TextNode; value: Node }>();
  if (!isMap(node)) return { ...place, kind: "map", entries };
  for (const { key, value } of node.items) {
    const name = toNode(key, path, reading);
    if (name.kind !== "text") reading.complain(name, "a key must be a text");
    else if (entries.has(name.text)) reading.complain(name, `'${short(name.text)}' stands here twice`);
    else entries.set(name.text, { key: name, value: valueOf(value, name, reading) });
  }
  return { ...place, kind: "map", entries };
}

/** A key without a value has an empty text. */
function valueOf(value: ParsedNode | null, key: TextNode, reading: Reading): Node {
  const path = key.path === "" ? key.text : `${key.path}.${key.text}`;
  return value === null ? { ...key, path, text: "" } : toNode(value, path, reading);
}
