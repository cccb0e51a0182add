import type { Complain } from "./complaints.ts";
import type { Node } from "./document.ts";
import { oneOrMore, readFields, readTexts } from "./fields.ts";
import { parseGlob, parseTagGlob } from "./glob.ts";
import { noneOf } from "./nearest.ts";
import { type Names, readSubject } from "./parse-subject.ts";
import type { Rule } from "./policy.ts";
import { ACTIONS, type Action } from "./rights.ts";

export function readRule(node: Node, names: Names, complain: Complain): Rule {
  const fields = readFields(node, { needed: ["who", "may", "on"], optional: ["tags"] }, complain);
  const [who, may, on, tags] = [fields.get("who"), fields.get("may"), fields.get("on"), fields.get("tags")];
  const rule: Rule = {
    path: node.path,
    line: node.line,
    who: who ? oneOrMore(who, complain).flatMap((each) => readSubject(each, names, complain) ?? []) : [],
    may: may ? [...new Set(readActions(may, complain))] : [],
    on: on ? readTexts(on, parseGlob, complain) : [],
    ...(tags && { tags: readTexts(tags, parseTagGlob, complain) }),
  };
  if (tags && may) complainOfTags(tags, rule.may, complain);
  if (on && rule.may.includes("admin") && !rule.on.some((glob) => glob === "**")) {
    complain(on, "admin is for the registry as a whole: on: '**'");
  }
  if (who && rule.may.includes("admin") && rule.who.some(({ kind }) => kind === "anonymous")) {
    complain(who, "anonymous is everyone, and not everyone can have admin");
  }
  return rule;
}

const readActions = (node: Node, complain: Complain): readonly Action[] =>
  readTexts(
    node,
    (text, at) => {
      const action = ACTIONS.find((each) => each === text);
      if (action === undefined)
        complain(at, isLikeAll(text) ? `name each of ${ALL_BUT_ADMIN}` : noneOf(text, ACTIONS));
      return action;
    },
    complain,
  );

const ALL_BUT_ADMIN = `[${ACTIONS.filter((action) => action !== "admin").join(", ")}]`;
const isLikeAll = (text: string): boolean => text === "*" || text === "all";

/** Beside `tags`, a `delete` would read as if it were limited to them. */
function complainOfTags(tags: Node, may: readonly Action[], complain: Complain): void {
  const others = may.filter((action) => action === "delete" || action === "admin");
  if (!may.includes("push")) complain(tags, "tags limit a push, which this rule does not allow");
  else if (others.length > 0)
    complain(tags, `tags limit a push alone: put ${others.join(" and ")} into another rule`);
}
