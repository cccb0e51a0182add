import { OciError } from "../oci/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { NewAccessKey } from "./access-key.ts";
import type { Account } from "./account.ts";
import type { Identities } from "./identities.ts";

/** milliseconds: long enough to make another one with it */
const LIFETIME = 24 * 3600 * 1000;

interface Recovery {
  readonly identities: Identities;
  readonly clock: Pick<Clock, "newId">;
  /** by what they are the registry's owner */
  readonly actor: string;
}

/**
 * A new access key of a person, for the registry's owner, who has lost all ways in. Adds the person where there is none of
 * the name. OciError, where a robot has the name, or the person as many access keys as it may have.
 */
export async function recoverPerson(
  name: Account["name"],
  { identities, clock, actor }: Recovery,
): Promise<NewAccessKey> {
  const owner: Account = { kind: "person", name };
  await identities.addAccount({ ...owner, actor }).catch((error: unknown) => {
    if (!(error instanceof OciError) || error.reason !== "ACCOUNT_EXISTS") throw error;
  });
  const keyName = `recovery-${clock.newId().slice(0, 8)}`;
  return identities.addAccessKey({ owner, name: keyName, lifetime: LIFETIME, actor });
}
