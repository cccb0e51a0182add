import type { Grant } from "../access/rights.ts";
import { OciError } from "../oci/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Item } from "../ports/table.ts";
import { optionalBytes } from "../registry/attributes.ts";
import { type Demand, NOTHING_ELSE } from "../registry/demand.ts";
import { type AccessKeyId, keys, ranges } from "../registry/keyspace.ts";
import { namesOf, readAll } from "../registry/read-table.ts";
import type { Listed } from "../registry/registry.ts";
import { done, untilDone } from "../registry/retry.ts";
import {
  type AccessKey,
  accessKeyOf,
  attributesOf,
  deletesOf,
  MOST_ACCESS_KEYS,
  type NewAccessKey,
  unknownAccessKey,
} from "./access-key.ts";
import {
  type AccessKeySecret,
  hashOfAccessKey,
  isHashOf,
  newAccessKeyId,
  newAccessKeySecret,
} from "./access-key-secret.ts";
import { type Account, asSeen, type IdentityPorts, keyOf, unknownAccount } from "./account.ts";

export interface WantedAccessKey {
  readonly owner: Account;
  readonly name: string;
  /** milliseconds from now; for ever, where it is not given */
  readonly lifetime?: number;
  readonly limits?: readonly Grant[];
  /** who adds it */
  readonly actor: string;
}
export interface AccessKeyPage {
  /** whose; everybody's where it is not given */
  readonly owner?: Account;
  /** at most so many, at least 1 */
  readonly limit: number;
  readonly after?: string;
}

export interface AccessKeys {
  /** ACCOUNT_UNKNOWN, ACCESS_KEY_EXISTS, ACCESS_KEYS_TOO_MANY */
  readonly addAccessKey: (wanted: WantedAccessKey) => Promise<NewAccessKey>;
  /** ACCESS_KEY_UNKNOWN */
  readonly getAccessKey: (id: AccessKeyId) => Promise<AccessKey>;
  /** By the names of their owners. ACCOUNT_UNKNOWN */
  readonly listAccessKeys: (page: AccessKeyPage) => Promise<Listed<AccessKey>>;
  /** Answers what it was. ACCESS_KEY_UNKNOWN, and what is demanded */
  readonly revokeAccessKey: (id: AccessKeyId, demand?: Demand) => Promise<AccessKey>;
}

export const createAccessKeys = (ports: IdentityPorts): AccessKeys => ({
  addAccessKey: createAdd(ports),
  getAccessKey: createGet(ports),
  listAccessKeys: createList(ports),
  revokeAccessKey: createRevoke(ports),
});

/** An access key that is yet to be written, with its secret. */
export function makeAccessKey({ lifetime, ...wanted }: WantedAccessKey, clock: Clock): NewAccessKey {
  const id = newAccessKeyId(clock);
  const created = clock.now();
  const expires = lifetime === undefined ? {} : { expires: created + lifetime };
  return { accessKey: { id, created, ...wanted, ...expires }, secret: newAccessKeySecret(id, clock) };
}

export const accessKeyWrites = ({ accessKey, secret }: NewAccessKey) =>
  [
    {
      op: "put",
      key: keys.accessKey(accessKey.id),
      attributes: attributesOf(accessKey, hashOfAccessKey(secret)),
      only: [{ kind: "absent" }],
    },
    { op: "put", key: keys.accessKeys(accessKey.owner.name, accessKey.id), attributes: {} },
  ] as const;

const createAdd =
  ({ table, clock }: IdentityPorts): AccessKeys["addAccessKey"] =>
  (wanted) => {
    const made = makeAccessKey(wanted, clock);
    const { owner, name } = wanted;
    return untilDone(clock, async () => {
      const found = await readAll(table, [keyOf(owner), keys.accessKey(made.accessKey.id)]);
      if (isWritten(found.values(), made.secret)) return done(made);
      const holder = [...found.values()].find(({ pk }) => pk === keyOf(owner).pk);
      if (!holder) throw unknownAccount(owner);
      const others = await accessKeysOf(table, owner);
      if (others.some((other) => other.name === name)) throw new OciError("ACCESS_KEY_EXISTS", { name });
      if (others.length >= MOST_ACCESS_KEYS)
        throw new OciError("ACCESS_KEYS_TOO_MANY", { most: MOST_ACCESS_KEYS });
      const result = await table.transact([
        { op: "update", key: keyOf(owner), add: { revision: 1 }, only: asSeen(holder) },
        ...accessKeyWrites(made),
      ]);
      return result.outcome === "written" ? done(made) : result;
    });
  };

/** By an earlier try, whose answer was lost. */
export const isWritten = (items: Iterable<Item>, secret: AccessKeySecret): boolean =>
  [...items].some((item) => isHashOf(optionalBytes(item, "hash"), secret));

async function accessKeysOf(table: IdentityPorts["table"], { name }: Account): Promise<readonly AccessKey[]> {
  const { names } = await namesOf(table, { ...ranges.accessKeysOf(name), limit: MOST_ACCESS_KEYS });
  return readListed(table, names as readonly AccessKeyId[]);
}

/** In the order of the ids; those that are gone by now are left out. */
async function readListed(
  table: IdentityPorts["table"],
  ids: readonly AccessKeyId[],
): Promise<readonly AccessKey[]> {
  const found = await readAll(table, ids.map(keys.accessKey));
  const byKey = new Map([...found.values()].map((item) => [item.pk, item]));
  return ids.flatMap((id) => {
    const item = byKey.get(keys.accessKey(id).pk);
    return item ? [accessKeyOf(id, item)] : [];
  });
}

const createGet =
  ({ table }: IdentityPorts): AccessKeys["getAccessKey"] =>
  async (id) => {
    const item = await table.get(keys.accessKey(id), "strong");
    if (!item) throw unknownAccessKey(id);
    return accessKeyOf(id, item);
  };

const createList =
  ({ table }: IdentityPorts): AccessKeys["listAccessKeys"] =>
  async ({ owner, limit, after }) => {
    if (owner && !(await table.get(keyOf(owner), "strong"))) throw unknownAccount(owner);
    const range = owner ? ranges.accessKeysOf(owner.name) : ranges.accessKeys;
    const { names, more } = await namesOf(table, { ...range, limit, after });
    const ids = names.map((name) => name.slice(name.indexOf("#") + 1) as AccessKeyId);
    const next = more ? names.at(-1) : undefined;
    return { entries: await readListed(table, ids), ...(next !== undefined && { next }) };
  };

const createRevoke =
  ({ table, clock }: IdentityPorts): AccessKeys["revokeAccessKey"] =>
  (id, demand = NOTHING_ELSE) => {
    let seen: AccessKey | undefined;
    return untilDone(clock, async () => {
      const item = await table.get(keys.accessKey(id), "strong");
      // Gone since it was seen: by this revocation, whose answer was lost, or by another.
      if (!item && seen) return done(seen);
      if (!item) throw unknownAccessKey(id);
      const revoked = accessKeyOf(id, item);
      seen = revoked;
      const result = await table.transact([...deletesOf(revoked.owner.name, id), ...(await demand())]);
      return result.outcome === "written" ? done(revoked) : result;
    });
  };
