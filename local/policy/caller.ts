import { type Identity, isAccountName, NAME_RULE, normalizeArn } from "../../shared/access/identity.ts";
import type { Policy, Subject } from "../../shared/access/policy.ts";
import { Complaint } from "../complaint.ts";

/** Between two claims: a comma that a name and = follow, since a value may hold commas. */
const NEXT_CLAIM = /,(?=[^,=]+=)/;

/** Who `--as` means. Complaint where that is nobody. */
export function parseCaller(text: string, policy: Policy): Identity {
  if (text === "anonymous") return { kind: "anonymous" };
  if (text.startsWith("arn:")) return { kind: "aws", ...normalizeArn(text) };
  if (text.startsWith("issuer=")) return parseClaims(text, policy);
  const [, prefix, name = ""] = /^(user|robot):(.*)$/s.exec(text) ?? [];
  const account = prefix === undefined ? text : name;
  if (!isAccountName(account)) {
    throw new Complaint(
      `--as is '${text}': it must be anonymous, user:NAME, robot:NAME, a role's or a user's ARN, or issuer=NAME,CLAIM=VALUE,…; a name has ${NAME_RULE}`,
    );
  }
  if (prefix === undefined) return { kind: kindOf(account, policy), name: account };
  return { kind: prefix === "user" ? "person" : "robot", name: account };
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
