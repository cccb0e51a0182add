import type { Identity } from "../access/identity.ts";
import type { Check } from "../ports/table.ts";
import { numberOf, optionalText } from "../registry/attributes.ts";
import { type AccessKeyId, keys, ranges } from "../registry/keyspace.ts";
import { nameOf, namesOf, readAll } from "../registry/read-table.ts";
import { identityOf, isGood, MOST_ACCESS_KEYS } from "./access-key.ts";
import { type Account, type IdentityPorts, keyOf } from "./account.ts";

/** One way in which somebody can log in now. */
export interface WayIn {
  readonly by: "password" | AccessKeyId;
  /** who they are then: an access key may narrow it */
  readonly identity: Identity;
  /** that it is still there */
  readonly check: Check;
}

/** The password of an account, and its access keys that have not expired: none where there is no such account. */
export async function waysInOf(ports: IdentityPorts, account: Account): Promise<readonly WayIn[]> {
  return [...(await byPassword(ports, account)), ...(await byAccessKey(ports, account))];
}

async function byPassword({ table }: IdentityPorts, account: Account): Promise<readonly WayIn[]> {
  const item = await table.get(keyOf(account), "strong");
  const proof = item && optionalText(item, "proof");
  if (!item || proof === undefined || optionalText(item, "password") === undefined) return [];
  const only = [{ kind: "equals", attribute: "proof", value: proof }] as const;
  return [{ by: "password", identity: { ...account }, check: { op: "check", key: keyOf(account), only } }];
}

async function byAccessKey({ table, clock }: IdentityPorts, account: Account): Promise<readonly WayIn[]> {
  const { names } = await namesOf(table, { ...ranges.accessKeysOf(account.name), limit: MOST_ACCESS_KEYS });
  const ids = names as readonly AccessKeyId[];
  const found = await readAll(table, ids.map(keys.accessKey));
  return ids.flatMap((id) => {
    const key = keys.accessKey(id);
    const item = found.get(nameOf(key));
    const generation = item ? numberOf(item, "generation") : 0;
    if (!item || !isGood(item, generation, clock.now())) return [];
    const identity = identityOf(item, `key:${id}:${generation}`);
    const only = [{ kind: "equals", attribute: "generation", value: generation }] as const;
    // A name that was another's kind before has none of its keys: they went with it.
    return identity.kind === account.kind ? [{ by: id, identity, check: { op: "check", key, only } }] : [];
  });
}
