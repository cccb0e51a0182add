import { type AdminFlags, connect } from "./connect.ts";
import { AdminRefusal, type Connection, type Report } from "./connection.ts";

const EXIT_REFUSED = 1;

/** Does the work at the registry, and tells what it came to: resolves with the exit code. Throws a Complaint. */
export async function administer(
  flags: AdminFlags,
  work: (at: Connection) => Promise<Report>,
): Promise<number> {
  const { connection, close } = connect(flags, process.env);
  try {
    const { json, lines, aside } = await work(connection);
    process.stdout.write(
      flags.json === true ? `${JSON.stringify(json, null, 2)}\n` : `${lines.join("\n")}\n`,
    );
    if (aside !== undefined && flags.json !== true) process.stderr.write(`${aside}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof AdminRefusal)) throw error;
    process.stderr.write(`berth: ${error.message}\n`);
    return EXIT_REFUSED;
  } finally {
    close();
  }
}
