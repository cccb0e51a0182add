import { PolicyError } from "../../shared/access/complaints.ts";
import { explain } from "../../shared/access/explain.ts";
import { nameOf } from "../../shared/access/identity.ts";
import type { Policy } from "../../shared/access/policy.ts";
import type { AdminFlags } from "../admin/connect.ts";
import { Complaint } from "../complaint.ts";
import { jsonText, printable } from "../printable.ts";
import { fetchPolicy } from "./at-registry.ts";
import { parseCaller } from "./caller.ts";
import { parseQuestion, type QuestionFlags } from "./question.ts";
import { readPolicyFile, tryPolicy } from "./read-policy.ts";
import { told } from "./told.ts";

export type TestFlags = QuestionFlags & AdminFlags;

/**
 * `berth policy test [FILE]`: resolves with the exit code, 0 where it is allowed, 1 where not. Without a file, it is asked
 * of the policy in force at a registry.
 */
export async function testPolicy(file: string | undefined, flags: TestFlags): Promise<number> {
  const question = parseQuestion(flags);
  const policy = await (file === undefined ? policyAtRegistry(flags) : policyIn(file));
  const identity = parseCaller(flags.as, policy);
  const explanation = explain(policy, identity, question);
  const answer = { as: nameOf(identity), ...question, ...explanation };
  process.stdout.write(
    flags.json ? jsonText(answer) : printable(`${told(identity, question, explanation)}\n`),
  );
  return explanation.allowed ? 0 : 1;
}

async function policyIn(file: string): Promise<Policy> {
  const policy = tryPolicy(await readPolicyFile(file));
  if (!(policy instanceof PolicyError)) return policy;
  throw new Complaint(`${file} is no policy: see berth policy check ${file}`);
}

async function policyAtRegistry(flags: AdminFlags): Promise<Policy> {
  const policy = tryPolicy(await fetchPolicy(flags));
  if (!(policy instanceof PolicyError)) return policy;
  throw new Complaint("the registry has a policy that this version of berth can't read");
}
