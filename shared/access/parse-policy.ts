import { type Complain, keepIn, type PolicyComplaint, PolicyError } from "./complaints.ts";
import { type Node, readDocument } from "./document.ts";
import { entriesOf, readFields, readText } from "./fields.ts";
import { isAccountName, NAME_RULE } from "./identity.ts";
import { complainOfTwins, type IssuerOptions, readIssuer } from "./parse-issuer.ts";
import { readRule } from "./parse-rule.ts";
import { type Names, readSubject } from "./parse-subject.ts";
import type { Issuer, Policy, Rule, Subject } from "./policy.ts";
import { short } from "./short.ts";

/** A policy in YAML or JSON. PolicyError with every complaint at once, but for what has too many. */
export function parsePolicy(text: string, options: IssuerOptions = {}): Policy {
  const complaints: PolicyComplaint[] = [];
  const complain = keepIn(complaints);
  const root = readDocument(text, complain);
  const policy = root && readPolicy(root, options, complain);
  if (policy === undefined || complaints.length > 0) throw new PolicyError(complaints);
  return policy;
}

function readPolicy(root: Node, options: IssuerOptions, complain: Complain): Policy {
  const wanted = { needed: ["version", "rules"], optional: ["issuers", "groups"] } as const;
  const fields = readFields<"version" | "issuers" | "groups" | "rules">(root, wanted, complain);
  const [version, issuers, groups, rules] = [
    fields.get("version"),
    namedEntries(fields.get("issuers"), "issuers", complain),
    namedEntries(fields.get("groups"), "groups", complain),
    fields.get("rules"),
  ];
  if (version) readVersion(version, complain);
  const names = { issuers: new Set(issuers.keys()), groups: new Set(groups.keys()) };
  return {
    issuers: readIssuers(issuers, options, complain),
    groups: new Map([...groups].map(([name, node]) => [name, readGroup(node, names, complain)])),
    rules: rules ? readRules(rules, names, complain) : [],
  };
}

function readVersion(node: Node, complain: Complain): void {
  const read = (text: string) => {
    if (text !== "1") complain(node, `there is no version '${short(text)}': write 1`);
    return text;
  };
  readText(node, read, complain);
}

/** A map from names to what they stand for. */
function namedEntries(node: Node | undefined, what: string, complain: Complain): ReadonlyMap<string, Node> {
  if (node === undefined) return new Map();
  const entries = entriesOf(node, `from names to ${what}`, complain);
  for (const { key } of entries.values()) {
    if (!isAccountName(key.text)) complain(key, `'${short(key.text)}' is no name: ${NAME_RULE}`);
  }
  return new Map([...entries].map(([name, { value }]) => [name, value]));
}

function readIssuers(
  nodes: ReadonlyMap<string, Node>,
  options: IssuerOptions,
  complain: Complain,
): readonly Issuer[] {
  const issuers = new Map<Node, Issuer>();
  for (const [name, node] of nodes) {
    const issuer = readIssuer(name, node, options, complain);
    if (issuer) issuers.set(node, issuer);
  }
  complainOfTwins(issuers, complain);
  return [...issuers.values()];
}

/** Identities alone: with groups of groups, nobody could tell from one place whom a rule is about. */
function readGroup(node: Node, names: Names, complain: Complain): readonly Subject[] {
  const members = node.kind === "list" ? node.items : [node];
  return members.flatMap((each) => {
    const subject = readSubject(each, names, complain);
    if (subject === undefined) return [];
    const isIdentity = !["group", "anonymous", "authenticated"].includes(subject.kind);
    if (!isIdentity) complain(each, "a group has identities, no other groups: name both in the rule");
    return isIdentity ? [subject] : [];
  });
}

function readRules(node: Node, names: Names, complain: Complain): readonly Rule[] {
  if (node.kind === "list") return node.items.map((each) => readRule(each, names, complain));
  complain(node, "this must be a list of rules");
  return [];
}
