import { OciError } from "../oci/errors.ts";
import type { Attributes, Write } from "../ports/table.ts";
import { textOf } from "../registry/attributes.ts";
import { type Demand, NOTHING_ELSE } from "../registry/demand.ts";
import { type AccessKeyId, type AccountName, keys, ranges } from "../registry/keyspace.ts";
import { nameOf, namesOf, readAll } from "../registry/read-table.ts";
import type { Listed } from "../registry/registry.ts";
import { done, untilDone } from "../registry/retry.ts";
import { deletesOf, MOST_ACCESS_KEYS } from "./access-key.ts";
import {
  type Account,
  type AccountInfo,
  asSeen,
  type IdentityPorts,
  infoOf,
  keyOf,
  listingOf,
  otherKeyOf,
  rangeOf,
  unknownAccount,
} from "./account.ts";
import type { Passwords } from "./passwords.ts";

export interface AccountPage {
  readonly kind: Account["kind"];
  /** at most so many, at least 1 */
  readonly limit: number;
  readonly after?: string;
}

/** People and robots. `actor` is who does it. */
export interface Accounts {
  /** ACCOUNT_EXISTS, also where a robot has the name that a person shall have */
  readonly addAccount: (added: Account & { readonly actor: string }) => Promise<AccountInfo>;
  /** ACCOUNT_UNKNOWN */
  readonly getAccount: (account: Account) => Promise<AccountInfo>;
  readonly listAccounts: (page: AccountPage) => Promise<Listed<AccountInfo>>;
  /** Takes its access keys along. ACCOUNT_UNKNOWN, and what is demanded */
  readonly deleteAccount: (account: Account, demand?: Demand) => Promise<void>;
  /** Ends what the password before it let in. ACCOUNT_UNKNOWN; TOOMANYREQUESTS, as `Passwords.hash` */
  readonly setPassword: (person: AccountName, password: string) => Promise<void>;
  /** ACCOUNT_UNKNOWN, and what is demanded */
  readonly removePassword: (person: AccountName, demand?: Demand) => Promise<void>;
}

export const createAccounts = (ports: IdentityPorts, passwords: Passwords): Accounts => ({
  addAccount: createAdd(ports),
  getAccount: createGet(ports),
  listAccounts: createList(ports),
  deleteAccount: createDelete(ports),
  setPassword: async (name, password) => {
    const stored = await passwords.hash(password, ports.clock.newSecret());
    const proof = ports.clock.newId();
    await changePerson(ports, name, { set: { password: stored, proof } }, NOTHING_ELSE);
  },
  removePassword: (name, demand = NOTHING_ELSE) =>
    changePerson(ports, name, { remove: ["password", "proof"] }, demand),
});

/** What makes an account be there, unless somebody has the name; `stamp` tells it from another of the name. */
export const accountWrites = (account: Account, attributes: Attributes) =>
  [
    {
      op: "put",
      key: keyOf(account),
      attributes: { ...attributes, revision: 0 },
      only: [{ kind: "absent" }],
    },
    { op: "check", key: otherKeyOf(account), only: [{ kind: "absent" }] },
    { op: "put", key: listingOf(account), attributes: {} },
  ] as const;

const createAdd =
  ({ table, clock }: IdentityPorts): Accounts["addAccount"] =>
  ({ kind, name, actor }) => {
    const account = { kind, name };
    const attributes = { created: clock.now(), actor, stamp: clock.newId() };
    return untilDone(clock, async () => {
      const found = await readAll(table, [keyOf(account), otherKeyOf(account)]);
      const [present] = found.values();
      // Written by an earlier try, whose answer was lost.
      if (present?.attributes["stamp"] === attributes.stamp) return done(infoOf(account, present));
      if (present) throw new OciError("ACCOUNT_EXISTS", { name });
      const result = await table.transact(accountWrites(account, attributes));
      if (result.outcome !== "written") return result;
      return done({ ...account, created: attributes.created, actor, hasPassword: false });
    });
  };

const createGet =
  ({ table }: IdentityPorts): Accounts["getAccount"] =>
  async (account) => {
    const item = await table.get(keyOf(account), "strong");
    if (!item) throw unknownAccount(account);
    return infoOf(account, item);
  };

const createList =
  ({ table }: IdentityPorts): Accounts["listAccounts"] =>
  async ({ kind, limit, after }) => {
    const { names, more } = await namesOf(table, { ...rangeOf(kind), limit, after });
    const accounts = names.map((name) => ({ kind, name: name as AccountName }));
    const found = await readAll(table, accounts.map(keyOf));
    const entries = accounts.flatMap((account) => {
      const item = found.get(nameOf(keyOf(account)));
      return item ? [infoOf(account, item)] : [];
    });
    const next = more ? names.at(-1) : undefined;
    return { entries, ...(next !== undefined && { next }) };
  };

const createDelete =
  ({ table, clock }: IdentityPorts): Accounts["deleteAccount"] =>
  (account, demand = NOTHING_ELSE) => {
    let stamp: string | undefined;
    return untilDone(clock, async () => {
      const item = await table.get(keyOf(account), "strong");
      if (!item && stamp === undefined) throw unknownAccount(account);
      // Gone since it was seen: by this delete, whose answer was lost, or by another; a new one of the name stays.
      if (!item || (stamp !== undefined && textOf(item, "stamp") !== stamp)) return done(undefined);
      stamp = textOf(item, "stamp");
      const { names } = await namesOf(table, {
        ...ranges.accessKeysOf(account.name),
        limit: MOST_ACCESS_KEYS,
      });
      const result = await table.transact([
        { op: "delete", key: keyOf(account), only: asSeen(item) },
        { op: "delete", key: listingOf(account) },
        ...names.flatMap((id) => deletesOf(account.name, id as AccessKeyId)),
        ...(await demand()),
      ]);
      return result.outcome === "written" ? done(undefined) : result;
    });
  };

function changePerson(
  { table, clock }: IdentityPorts,
  name: AccountName,
  change: { readonly set: Attributes } | { readonly remove: readonly string[] },
  demand: Demand,
): Promise<void> {
  const write: Write = { op: "update", key: keys.person(name), only: [{ kind: "exists" }], ...change };
  return untilDone(clock, async () => {
    const result = await table.transact([write, ...(await demand())]);
    if (result.outcome === "condition-failed" && result.failed.includes(0))
      throw unknownAccount({ kind: "person", name });
    return result.outcome === "written" ? done(undefined) : result;
  });
}
