import { type AccountName, keys, ranges } from "../registry/keyspace.ts";
import { namesOf, type Range, readAll } from "../registry/read-table.ts";
import { done, untilDone } from "../registry/retry.ts";
import type { AccessKeySecret } from "./access-key-secret.ts";
import { accessKeyWrites, isWritten, makeAccessKey } from "./access-keys.ts";
import type { Account, IdentityPorts } from "./account.ts";
import { accountWrites } from "./accounts.ts";

/** Who the first administrator is: whom the policy of a registry without one of its own lets administer. */
const FIRST_ADMIN: Account = { kind: "person", name: "admin" as AccountName };

export type FirstAdmin = { readonly secret: AccessKeySecret } | "exists";

/**
 * Makes the person `admin`, with an access key, where the registry has neither people nor robots, so that somebody can
 * add them. Of processes that race, one gets the secret. It can't be had again: whoever calls this tells it.
 */
export function ensureFirstAdmin({ table, clock }: IdentityPorts): Promise<FirstAdmin> {
  const actor = "berth";
  const made = makeAccessKey({ owner: FIRST_ADMIN, name: "first", actor }, clock);
  const attributes = { created: clock.now(), actor, stamp: clock.newId() };
  const isEmpty = async (range: Range) => (await namesOf(table, { ...range, limit: 1 })).names.length === 0;
  return untilDone<FirstAdmin>(clock, async () => {
    const written = await readAll(table, [keys.accessKey(made.accessKey.id)]);
    if (isWritten(written.values(), made.secret)) return done({ secret: made.secret });
    if (!(await isEmpty(ranges.people)) || !(await isEmpty(ranges.robots))) return done("exists");
    const result = await table.transact([
      ...accountWrites(FIRST_ADMIN, attributes),
      ...accessKeyWrites(made),
    ]);
    return result.outcome === "written" ? done({ secret: made.secret }) : result;
  });
}
