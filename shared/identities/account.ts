import { isAccountName as isNameInPolicies, NAME_RULE as POLICY_NAME_RULE } from "../access/identity.ts";
import { OciError } from "../oci/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Clause, Item, Key, Table } from "../ports/table.ts";
import { numberOf, optionalText, textOf } from "../registry/attributes.ts";
import { type AccountName, keys, ranges } from "../registry/keyspace.ts";
import { AWS_NAME, OIDC_NAME } from "./credentials.ts";

/** Who can be given access keys, and logs in with one of them; a person with a password, too. */
export interface Account {
  readonly kind: "person" | "robot";
  readonly name: AccountName;
}

/** As lists and answers tell it. */
export interface AccountInfo extends Account {
  /** milliseconds since 1970 */
  readonly created: number;
  /** who added it */
  readonly actor: string;
  readonly hasPassword: boolean;
}

/** What people, robots and access keys stand on. */
export interface IdentityPorts {
  readonly table: Table;
  readonly clock: Clock;
}

const TAKEN: ReadonlySet<string> = new Set([OIDC_NAME, AWS_NAME]);
export const NAME_RULE = `${POLICY_NAME_RULE}; not ${[...TAKEN].join(" or ")}`;

export const isAccountName = (text: string): text is AccountName =>
  isNameInPolicies(text) && !TAKEN.has(text);

export const keyOf = ({ kind, name }: Account): Key =>
  kind === "person" ? keys.person(name) : keys.robot(name);

/** A name is a person's or a robot's, never both: it is all that a login tells. */
export const otherKeyOf = ({ kind, name }: Account): Key =>
  kind === "person" ? keys.robot(name) : keys.person(name);

export const listingOf = ({ kind, name }: Account): Key =>
  kind === "person" ? keys.people(name) : keys.robots(name);

export const rangeOf = (kind: Account["kind"]) => (kind === "person" ? ranges.people : ranges.robots);

export const infoOf = (account: Account, item: Item): AccountInfo => ({
  kind: account.kind,
  name: account.name,
  created: numberOf(item, "created"),
  actor: textOf(item, "actor"),
  hasPassword: optionalText(item, "password") !== undefined,
});

/** That it still is the one that was seen, and has no access key more: each new one raises its revision. */
export const asSeen = (item: Item): readonly Clause[] => [
  { kind: "equals", attribute: "stamp", value: textOf(item, "stamp") },
  { kind: "equals", attribute: "revision", value: numberOf(item, "revision") },
];

export const unknownAccount = ({ kind, name }: Account): OciError =>
  new OciError("ACCOUNT_UNKNOWN", { [kind]: name });
