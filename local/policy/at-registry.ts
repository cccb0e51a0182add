import { PolicyError } from "../../shared/access/complaints.ts";
import { administer } from "../admin/administer.ts";
import { type AdminFlags, connect } from "../admin/connect.ts";
import { AdminRefusal, type Connection, type Json, type Report } from "../admin/connection.ts";
import { minuteIn, textIn } from "../admin/values.ts";
import { Complaint } from "../complaint.ts";
import { printable } from "../printable.ts";
import { inNumbers } from "./in-numbers.ts";
import { readPolicyFile, tryPolicy } from "./read-policy.ts";

export interface ForceFlags extends AdminFlags {
  readonly force?: boolean;
}

const POLICY = "policy";

/** The policy in force as it was written, so that it can be changed and set; beside it, whose it is. */
export async function getPolicy(at: Connection): Promise<Report> {
  const json = await at.ask({ method: "GET", path: POLICY });
  const lines = [textIn(json, POLICY).replace(/\n$/, "")];
  return { json, lines, isVerbatim: true, aside: `${originOf(json)}.` };
}

/** `berth policy set FILE`: resolves with the exit code, 1 where the file is no policy; it is sent nowhere then. */
export async function setPolicy(file: string, flags: ForceFlags): Promise<number> {
  const text = await readPolicyFile(file);
  const policy = tryPolicy(text);
  if (policy instanceof PolicyError) {
    process.stderr.write(printable(`${file} is no policy:\n${policy.message}\n`));
    return 1;
  }
  return administer(flags, async (at) => {
    const body = { policy: text, force: flags.force === true };
    const json = await at.ask({ method: "PUT", path: POLICY, body });
    const lines = [`${at.host} has a new policy: ${inNumbers(policy)}. It stays until berth policy reset.`];
    return { json, lines };
  });
}

export async function resetPolicy(at: Connection, { force }: ForceFlags): Promise<Report> {
  const path = force === true ? `${POLICY}?force=true` : POLICY;
  const json = await at.ask({ method: "DELETE", path });
  return { json, lines: [`${at.host} is back to what it was started with: ${originOf(json)}.`] };
}

/** The text of the policy in force. Complaint where it can't be had: that is no answer to what is asked of it. */
export async function fetchPolicy(flags: AdminFlags): Promise<string> {
  const { connection, close } = connect(flags, process.env);
  try {
    return textIn(await connection.ask({ method: "GET", path: POLICY }), POLICY);
  } catch (cause) {
    if (!(cause instanceof AdminRefusal)) throw cause;
    throw new Complaint(cause.message, { cause });
  } finally {
    close();
  }
}

function originOf(json: Json): string {
  switch (textIn(json, "source")) {
    case "set":
      return `set ${minuteIn(json, "since", "")} by ${textIn(json, "actor")}, until berth policy reset`;
    case "file":
      return "the policy file of the registry";
    default:
      return "the built-in policy, which lets user:admin do everything and nobody else anything";
  }
}
