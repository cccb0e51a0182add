import type { Policies } from "../../shared/access/policies.ts";
import { isAccountName } from "../../shared/identities/account.ts";
import { ensureFirstAdmin, type FirstAdmin } from "../../shared/identities/first-admin.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { recoverPerson } from "../../shared/identities/recovery.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import type { Table } from "../../shared/ports/table.ts";

/**
 * What who may invoke functions in the account sends to the administration, where nobody can log in; the API sends no such
 * event. One of these; whatever else is sent is not meant for this.
 */
export interface OwnerEvent {
  /** true: make the first administrator, where there is nobody yet */
  readonly firstAdmin?: unknown;
  /** the name of a person to give an access key for a day */
  readonly recover?: unknown;
  /** true: go back to the policy that the registry was deployed with */
  readonly resetPolicy?: unknown;
}

/** A secret is told here and nowhere else. */
export type OwnerResult =
  | FirstAdmin
  | { readonly owner: string; readonly secret: string; readonly expires: string }
  | "reset";

interface Owned {
  readonly table: Table;
  readonly clock: Clock;
  readonly policies: Pick<Policies, "reset">;
  readonly say: (message: string) => void;
}

/** Does it, and says that it was done, but no secret. Rejects where it is none of these. */
export async function answerOwner(event: OwnerEvent, owned: Owned): Promise<OwnerResult> {
  const { table, clock, policies, say } = owned;
  if (event.firstAdmin === true) {
    const made = await ensureFirstAdmin({ table, clock });
    say(
      made === "exists"
        ? "there is somebody already: no first administrator"
        : "made the first administrator",
    );
    return made;
  }
  if (event.resetPolicy === true) {
    await policies.reset();
    say("reset the policy to the one that the registry was deployed with");
    return "reset";
  }
  const { recover: name } = event;
  if (typeof name === "string" && isAccountName(name)) return recovered(name, owned);
  // Whoever tries the function out with some event would be told a secret that nobody can be told again.
  throw new Error(
    'this takes what the API sends, or {"firstAdmin":true}, {"recover":"NAME"}, {"resetPolicy":true}',
  );
}

async function recovered(
  name: Parameters<typeof recoverPerson>[0],
  { table, clock, say }: Owned,
): Promise<OwnerResult> {
  const identities = createIdentities({ table, clock });
  const actor = "the account's owner";
  const { accessKey, secret } = await recoverPerson(name, { identities, clock, actor });
  say(`made the access key ${accessKey.id} of user:${name}`);
  return { owner: `user:${name}`, secret, expires: new Date(accessKey.expires ?? 0).toISOString() };
}
