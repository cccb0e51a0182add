import { type Identity, isAccountName, NAME_RULE, normalizeArn } from "../../shared/access/identity.ts";
import type { Policy, Subject } from "../../shared/access/policy.ts";
import { Complaint } from "../complaint.ts";

/** Between two claims: a comma that a name and = follow, since a value may hold commas. */
const NEXT_CLAIM = /,(?=[^,=]+=)/;

const TAKES =
  "it must be anonymous, user:NAME, robot:NAME, a role's or a user's ARN, or issuer=NAME,CLAIM=VALUE,…";

/** What reads like a caller, and is how to say it. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^authenticated$/, "that is every person and every robot: name one of them"],
  [/^group:/, "a group does nothing itself: name one of its members"],
  [/^issuer:/, "name a job of an issuer by its claims: issuer=NAME,CLAIM=VALUE,…"],
];

/** Who `--as` means. Complaint where that is nobody. */
export function parseCaller(text: string, policy: Policy): Identity {
  if (text === "anonymous") return { kind: "anonymous" };
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1];
  if (hint !== undefined) throw new Complaint(`--as is '${text}': ${hint}`);
  const arn = /^(?:aws:)?(arn:.*)$/.exec(text)?.[1];
  if (arn !== undefined) return parseArn(arn);
  if (text.startsWith("issuer=")) return parseClaims(text, policy);
  const [, prefix, name = ""] = /^(user|robot):(.*)$/s.exec(text) ?? [];
  const account = prefix === undefined ? text : name;
  if (!isAccountName(account)) throw new Complaint(`--as is '${text}': ${TAKES}; a name has ${NAME_RULE}`);
  if (prefix === undefined) return { kind: kindOf(account, policy), name: account };
  return { kind: prefix === "user" ? "person" : "robot", name: account };
}

/** As STS tells callers; a role as IAM shows it, with its path, is the one without, since STS tells none. */
const CALLER_ARN =
  /^arn:[a-z-]+:(?:iam::\d{12}:(?:role\/.+|user\/.+|root)|sts::\d{12}:assumed-role\/[^/]+\/[^/]+)$/;

function parseArn(text: string): Identity {
  if (!CALLER_ARN.test(text) || text.includes("*")) {
    throw new Complaint(
      `--as is '${text}': a caller of AWS is arn:aws:iam::ACCOUNT:role/NAME, …:user/NAME, or arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`,
    );
  }
  return { kind: "aws", ...normalizeArn(text.replace(/:role\/.*\//, ":role/")) };
}

/** A name alone is whom the policy names so. */
function kindOf(name: string, { rules, groups }: Policy): "person" | "robot" {
  const subjects = [...rules.flatMap(({ who }) => who), ...[...groups.values()].flat()];
  const names = (kind: Subject["kind"]) =>
    subjects.some((subject) => subject.kind === kind && "name" in subject && subject.name === name);
  const kinds = (["person", "robot"] as const).filter(names);
  const [kind] = kinds;
  if (kinds.length === 1 && kind) return kind;
  const both = kinds.length === 2 ? "names both" : "names neither";
  throw new Complaint(`--as is '${name}': say user:${name} or robot:${name}, since the policy ${both}`);
}

/** `issuer=github,repository=shop/api,ref=refs/heads/main`; a claim that is given twice has both values. */
function parseClaims(text: string, { issuers }: Policy): Identity {
  const pairs = text.split(NEXT_CLAIM).map((pair) => {
    const at = pair.indexOf("=");
    return { claim: pair.slice(0, at), value: pair.slice(at + 1) };
  });
  const issuer = pairs[0]?.value ?? "";
  if (!issuers.some(({ name }) => name === issuer)) {
    throw new Complaint(`--as is '${text}': the policy has no issuer '${issuer}'`);
  }
  const claims = new Map<string, string[]>();
  for (const { claim, value } of pairs.slice(1)) claims.set(claim, [...(claims.get(claim) ?? []), value]);
  const subject = claims.get("sub")?.[0] ?? "?";
  return { kind: "oidc", issuer, subject, claims: Object.fromEntries(claims) };
}
