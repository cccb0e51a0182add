import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PolicyError } from "../shared/access/complaints.ts";
import { parsePolicy } from "../shared/access/parse-policy.ts";
import { ContextError } from "./settings.ts";

/** The text of a team's policy. ContextError where the file can't be read, or with every complaint of it. */
export function readPolicyFile(team: string, path: string): string {
  const text = readText(team, path);
  try {
    parsePolicy(text);
    return text;
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new ContextError(`the policy of team ${team} (${path}) is wrong:\n${cause.message}`);
  }
}

function readText(team: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ContextError(`the policy of team ${team} can't be read: ${String(cause)}`);
  }
}

/** The folder of a bundle with a policy beside it: parameters stop at 4 KB, and so does what an environment holds. */
export function withPolicy(bundle: string, team: string, policy: string): string {
  const folder = `${bundle}-${team}`;
  cpSync(bundle, folder, { recursive: true });
  writeFileSync(join(folder, "policy.yaml"), policy);
  return folder;
}
