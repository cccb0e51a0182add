import type { Complain } from "./complaints.ts";
import type { MapNode, Node, TextNode } from "./document.ts";
import { GlobError } from "./glob.ts";
import { noneOf } from "./nearest.ts";

/** The values of a map that has all of `needed`, perhaps some of `optional`, and nothing else. */
export function readFields<Name extends string>(
  node: Node,
  { needed, optional = [] }: { readonly needed: readonly Name[]; readonly optional?: readonly Name[] },
  complain: Complain,
): ReadonlyMap<Name, Node> {
  const fields = new Map<Name, Node>();
  const names = [...needed, ...optional];
  for (const [text, { key, value }] of entriesOf(node, `with ${names.join(", ")}`, complain)) {
    const name = names.find((each) => each === text);
    if (name === undefined) complain(key, noneOf(text, names));
    else fields.set(name, value);
  }
  if (node.kind !== "map") return fields;
  const missing = needed.filter((name) => !fields.has(name));
  if (missing.length > 0) complain(node, `${missing.join(" and ")} must be there`);
  return fields;
}

/** The entries of a map with keys of any name; none of what is no map. */
export function entriesOf(node: Node, what: string, complain: Complain): MapNode["entries"] {
  if (node.kind === "map") return node.entries;
  complain(node, `this must be a map ${what}`);
  return new Map();
}

/** One, or a list of them: `[]` is neither. */
export function oneOrMore(node: Node, complain: Complain): readonly Node[] {
  if (node.kind !== "list") return [node];
  if (node.items.length === 0) complain(node, "the list is empty");
  return node.items;
}

/** One text, or a list of them, each read by `read`, whose GlobErrors are complaints. */
export const readTexts = <Value>(
  node: Node,
  read: (text: string, node: TextNode) => Value | undefined,
  complain: Complain,
): readonly Value[] =>
  oneOrMore(node, complain).flatMap((each) => {
    const value = readText(each, read, complain);
    return value === undefined ? [] : [value];
  });

/** A text that is not empty, read by `read`, whose GlobErrors are complaints. */
export function readText<Value>(
  node: Node,
  read: (text: string, node: TextNode) => Value | undefined,
  complain: Complain,
): Value | undefined {
  if (node.kind !== "text") complain(node, `this must be a text, and is a ${node.kind}`);
  else if (node.text === "") complain(node, "this is empty");
  else {
    try {
      return read(node.text, node);
    } catch (error) {
      if (!(error instanceof GlobError)) throw error;
      complain(node, error.message);
    }
  }
  return undefined;
}
