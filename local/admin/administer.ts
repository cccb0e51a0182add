import { inOneLine, jsonText, printable } from "../printable.ts";
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
    const { json, ...told } = await work(connection);
    process.stdout.write(flags.json === true ? jsonText(json) : textOf(told, process.stdout.isTTY));
    if (told.aside !== undefined && flags.json !== true) process.stderr.write(`${inOneLine(told.aside)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof AdminRefusal)) throw error;
    process.stderr.write(`berth: ${inOneLine(error.message)}\n`);
    return EXIT_REFUSED;
  } finally {
    close();
  }
}

/** A file gets it as it is, where that is what was asked for; a terminal never does. */
function textOf({ lines, isVerbatim }: Omit<Report, "json">, isTerminal: boolean): string {
  const text = `${lines.join("\n")}\n`;
  return isVerbatim === true && !isTerminal ? text : printable(text);
}
