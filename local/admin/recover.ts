import type { NewAccessKey } from "../../shared/identities/access-key.ts";
import type { Account } from "../../shared/identities/account.ts";
import { isAccountName } from "../../shared/identities/account.ts";
import { createIdentities, type Identities } from "../../shared/identities/identities.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { Complaint } from "../complaint.ts";
import { demandDataFolder, openDataFolder } from "../data-folder.ts";
import { TableFileError } from "../stores/sqlite-file.ts";
import { openSqliteTable } from "../stores/sqlite-table.ts";
import { systemClock } from "../system-clock.ts";

export interface RecoverFlags {
  readonly person: string;
  readonly json?: boolean;
}

/** Long enough to make another one with it. */
const LIFETIME_MILLISECONDS = 24 * 3600 * 1000;

/**
 * A new access key for a person, made in the data folder itself: for its owner, who has lost all secrets. Adds the person
 * where there is none of the name. Throws a Complaint, also where a process serves the folder.
 */
export async function recover(data: string, { person, json = false }: RecoverFlags): Promise<void> {
  if (!isAccountName(person)) throw new Complaint(`--person is '${person}', which is no name of a person`);
  const { accessKey, secret } = await inFolder(data, (identities) =>
    renew(identities, { kind: "person", name: person }),
  );
  const told = {
    id: accessKey.id,
    owner: `user:${person}`,
    expires: new Date(accessKey.expires ?? 0).toISOString(),
    secret,
  };
  process.stdout.write(
    json
      ? `${JSON.stringify(told, null, 2)}\n`
      : `Added the access key ${told.id} of ${told.owner}, good for a day. Its secret, which nobody can see again:\n\n  ${secret}\n`,
  );
}

async function inFolder<Result>(
  data: string,
  work: (identities: Identities) => Promise<Result>,
): Promise<Result> {
  demandDataFolder(data);
  const folder = openDataFolder(data);
  try {
    const table = await openSqliteTable({ file: folder.table, report: () => {} });
    try {
      return await work(createIdentities({ table, clock: systemClock }));
    } finally {
      await table.close();
    }
  } catch (error) {
    if (error instanceof TableFileError || error instanceof OciError)
      throw new Complaint(error.message, { cause: error });
    throw error;
  } finally {
    folder.release();
  }
}

async function renew(identities: Identities, owner: Account): Promise<NewAccessKey> {
  const actor = "the data folder's owner";
  await identities.addAccount({ ...owner, actor }).catch((error: unknown) => {
    if (!(error instanceof OciError) || error.reason !== "ACCOUNT_EXISTS") throw error;
  });
  const name = `recovery-${systemClock.newId().slice(0, 8)}`;
  return identities.addAccessKey({ owner, name, lifetime: LIFETIME_MILLISECONDS, actor });
}
