import { readFile } from "node:fs/promises";
import { PolicyError } from "../../shared/access/complaints.ts";
import { parsePolicy } from "../../shared/access/parse-policy.ts";
import type { Policy } from "../../shared/access/policy.ts";
import { Complaint, causeOf } from "../complaint.ts";

/** The text of a policy file. Complaint where it can't be read. */
export async function readPolicyFile(file: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    if (cause instanceof TypeError) throw new Complaint(`${file} is no text in UTF-8`, { cause });
    throw new Complaint(`can't read the policy ${file}: ${causeOf(cause)}`, { cause });
  }
}

/** The policy of a text, or what is wrong with it. */
export function tryPolicy(text: string): Policy | PolicyError {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}
