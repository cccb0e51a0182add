import { createPolicies } from "../../shared/access/policies.ts";
import { isAccountName } from "../../shared/identities/account.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { recoverPerson } from "../../shared/identities/recovery.ts";
import { OciError } from "../../shared/oci/errors.ts";
import type { Table } from "../../shared/ports/table.ts";
import { Complaint } from "../complaint.ts";
import { demandDataFolder, openDataFolder } from "../data-folder.ts";
import { TableFileError } from "../stores/sqlite-file.ts";
import { openSqliteTable } from "../stores/sqlite-table.ts";
import { systemClock } from "../system-clock.ts";

export interface RecoverFlags {
  readonly person: string;
  readonly resetPolicy?: boolean;
  readonly json?: boolean;
}

/**
 * A new access key for a person, made in the data folder itself: for its owner, who has lost all secrets. Adds the person
 * where there is none of the name, and takes a policy away that was set, where that is asked for. Throws a Complaint, also
 * where a process serves the folder.
 */
export async function recover(
  data: string,
  { person, resetPolicy = false, json = false }: RecoverFlags,
): Promise<void> {
  if (!isAccountName(person)) throw new Complaint(`--person is '${person}', which is no name of a person`);
  const { accessKey, secret } = await inFolder(data, async (table) => {
    if (resetPolicy) await createPolicies({ table, clock: systemClock }).reset();
    const identities = createIdentities({ table, clock: systemClock });
    return recoverPerson(person, { identities, clock: systemClock, actor: "the data folder's owner" });
  });
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

async function inFolder<Result>(data: string, work: (table: Table) => Promise<Result>): Promise<Result> {
  demandDataFolder(data);
  const folder = openDataFolder(data);
  try {
    const table = await openSqliteTable({ file: folder.table, report: () => {} });
    try {
      return await work(table);
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
