import { PolicyError } from "../../shared/access/complaints.ts";
import { explain } from "../../shared/access/explain.ts";
import { nameOf } from "../../shared/access/identity.ts";
import { Complaint } from "../complaint.ts";
import { parseCaller } from "./caller.ts";
import { parseQuestion, type TestFlags } from "./question.ts";
import { readPolicyFile, tryPolicy } from "./read-policy.ts";
import { told } from "./told.ts";

/** `berth policy test FILE`: resolves with the exit code, 0 where it is allowed, 1 where not. */
export async function testPolicy(file: string, flags: TestFlags): Promise<number> {
  const question = parseQuestion(flags);
  const policy = tryPolicy(await readPolicyFile(file));
  if (policy instanceof PolicyError) {
    throw new Complaint(`${file} is no policy: see berth policy check ${file}`);
  }
  const identity = parseCaller(flags.as, policy);
  const explanation = explain(policy, identity, question);
  const answer = { as: nameOf(identity), ...question, ...explanation };
  console.log(flags.json ? JSON.stringify(answer, null, 2) : told(identity, question, explanation));
  return explanation.allowed ? 0 : 1;
}
