import { type Account, isAccountName, NAME_RULE } from "../identities/account.ts";
import { OciError } from "../oci/errors.ts";
import type { AccountName } from "../registry/keyspace.ts";
import { type Field, invalid, text } from "./fields.ts";

const KINDS = { user: "person", robot: "robot" } as const;

/** Access keys are named as people are. */
export const name = text(isAccountName, `a name: ${NAME_RULE}`);
export const accountName: Field<AccountName> = (value, field) => name(value, field) as AccountName;

/** `user:ada`, `robot:ci`: as a policy names them. */
export const owner: Field<Account> = (value, field) => {
  const [, word, called] = /^(user|robot):(.*)$/s.exec(typeof value === "string" ? value : "") ?? [];
  if (called === undefined || !isAccountName(called)) {
    throw invalid(field, `it takes user: or robot: and a name: ${NAME_RULE}`);
  }
  return { kind: KINDS[word as keyof typeof KINDS], name: called };
};

export const ownerText = ({ kind, name: called }: Account): string =>
  `${kind === "person" ? "user" : "robot"}:${called}`;

/** ACCOUNT_UNKNOWN for what can be no name: nobody is called so. */
export function accountNameIn({ name: called = "" }: Readonly<Record<string, string>>): AccountName {
  if (!isAccountName(called)) throw new OciError("ACCOUNT_UNKNOWN", { name: called.slice(0, 300) });
  return called;
}

/** RFC 3339 */
export const timeText = (at: number): string => new Date(at).toISOString();
