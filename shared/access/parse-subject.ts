import type { Complain } from "./complaints.ts";
import type { Node, TextNode } from "./document.ts";
import { entriesOf, readFields, readText, readTexts } from "./fields.ts";
import { type Glob, GlobError, parseTextGlob } from "./glob.ts";
import { isAccountName, NAME_RULE } from "./identity.ts";
import { noneOf } from "./nearest.ts";
import type { Subject } from "./policy.ts";
import { short } from "./short.ts";

/** What a subject may refer to. */
export interface Names {
  readonly issuers: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

const KINDS = { user: "person", robot: "robot", group: "group" } as const;
const WORDS = ["anonymous", "authenticated", "user:NAME", "robot:NAME", "group:NAME"];

export function readSubject(node: Node, names: Names, complain: Complain): Subject | undefined {
  if (node.kind === "text") return readText(node, (text) => readName(text, node, names, complain), complain);
  if (node.kind === "map" && node.entries.has("aws")) return readAws(node, complain);
  if (node.kind === "map" && node.entries.has("issuer")) return readOidc(node, names, complain);
  complain(node, `this must be one of ${WORDS.join(", ")}, { aws: ARN }, { issuer: NAME, claims: … }`);
  return undefined;
}

function readName(text: string, node: TextNode, names: Names, complain: Complain): Subject | undefined {
  if (text === "anonymous" || text === "authenticated") return { kind: text };
  const [, prefix = "", name = ""] = /^(user|robot|group):(.*)$/s.exec(text) ?? [];
  if (prefix === "") complain(node, unknownWord(text));
  else if (name.includes("*")) complain(node, `a name has no stars: ${EVERYONE}`);
  else if (!isAccountName(name)) complain(node, `'${short(name)}' is no name: ${NAME_RULE}`);
  else if (prefix === "group" && !names.groups.has(name)) complain(node, noSuch("group", name, names.groups));
  else return { kind: KINDS[prefix as keyof typeof KINDS], name };
  return undefined;
}

const EVERYONE = "everyone is anonymous, every person and every robot is authenticated";
/** Words for everyone in other policies. */
const LIKE_EVERYONE: ReadonlySet<string> = new Set([
  "*",
  "**",
  "all",
  "any",
  "everyone",
  "everybody",
  "public",
]);

function unknownWord(text: string): string {
  if (LIKE_EVERYONE.has(text)) return `there is no '${text}': ${EVERYONE}`;
  if (text.startsWith("aws:")) return "after aws: there must be a space";
  const [prefix = "", ...rest] = text.split(":");
  const name = rest.length > 0 ? rest.join(":") : "NAME";
  const words = WORDS.map((word) => word.replace("NAME", () => name));
  const hint = isAccountName(text) ? ` (user:${text}? robot:${text}?)` : "";
  return noneOf(rest.length > 0 ? text : prefix, words) + hint;
}

const noSuch = (what: string, name: string, known: ReadonlySet<string>): string =>
  known.size === 0
    ? `the policy has no ${what}s, so none is '${short(name)}'`
    : `${what} ${noneOf(name, [...known])}`;

function readAws(node: Node, complain: Complain): Subject | undefined {
  const arnNode = readFields(node, { needed: ["aws"] }, complain).get("aws");
  const arn = arnNode && readText(arnNode, parseArn, complain);
  return arn && { kind: "aws", arn };
}

/** A role or user of one account: an ARN whose account could be any would be anybody's. */
const ARN = /^arn:[a-z-]+:iam::(\d{12}):(?:role\/[^/]+|user\/.+|root)$/;

/** GlobError for what no caller's ARN could match, or anybody's. */
function parseArn(text: string): Glob {
  if (/^arn:[^:]*:sts:/.test(text)) {
    throw new GlobError("sessions go by their role here: arn:aws:iam::ACCOUNT:role/NAME");
  }
  if (/:role\/[^/]+\/(?!\*?$)/.test(text)) {
    throw new GlobError("STS tells no path of a role: write arn:aws:iam::ACCOUNT:role/NAME without it");
  }
  if (!ARN.test(text)) {
    throw new GlobError(
      `'${short(text)}' must be arn:aws:iam::ACCOUNT:role/NAME or …:user/NAME; only NAME has stars`,
    );
  }
  return parseTextGlob(text);
}

function readOidc(node: Node, names: Names, complain: Complain): Subject | undefined {
  const fields = readFields(node, { needed: ["issuer", "claims"] }, complain);
  const [issuerNode, claimsNode] = [fields.get("issuer"), fields.get("claims")];
  if (issuerNode === undefined || claimsNode === undefined) return undefined;
  const claims = readClaims(claimsNode, complain);
  const issuer = readText(
    issuerNode,
    (name, at) => {
      if (names.issuers.has(name)) return name;
      complain(at, noSuch("issuer", name, names.issuers));
      return undefined;
    },
    complain,
  );
  return issuer === undefined ? undefined : { kind: "oidc", issuer, claims };
}

function readClaims(node: Node, complain: Complain): ReadonlyMap<string, readonly Glob[]> {
  const claims = new Map<string, readonly Glob[]>();
  const entries = entriesOf(node, "of claims and the globs that they must match", complain);
  for (const [claim, { value }] of entries) claims.set(claim, readTexts(value, parseTextGlob, complain));
  if (node.kind === "map" && entries.size === 0) {
    complain(node, "without a claim this would be everyone whom the issuer knows");
  }
  return claims;
}
