import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import type { Complain, Place } from "./complaints.ts";
import { short } from "./short.ts";
import { unwantedIn } from "./unwanted.ts";

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
  let isWanted = true;
  for (const { offset, reason } of unwantedIn(text)) {
    isWanted = false;
    complain(placeAt(offset), reason);
  }
  return isWanted ? compose(text, placeAt, complain) : undefined;
}

type PlaceAt = (offset: number) => Place;

function compose(text: string, placeAt: PlaceAt, complain: Complain): Node | undefined {
  const document = withoutStackTraces(() => parseDocument(text, OPTIONS));
  for (const { message, pos } of [...document.errors, ...document.warnings])
    complain(placeAt(pos[0]), short(message));
  if (document.contents === null) {
    if (document.errors.length === 0) complain(placeAt(0), "the policy is empty");
    return undefined;
  }
  return document.errors.length > 0 ? undefined : toNode(document.contents, "", { placeAt, complain });
}

const OPTIONS = {
  schema: "failsafe",
  version: "1.2",
  // Found by us, in a time that does not grow with the square of their number.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
} as const;

/** The parser makes an Error of whatever it does not like, which may be every sign; a stack trace takes ten times as long. */
function withoutStackTraces<Value>(parse: () => Value): Value {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return parse();
  } finally {
    Error.stackTraceLimit = limit;
  }
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
