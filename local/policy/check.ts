import { PolicyError } from "../../shared/access/complaints.ts";
import { inNumbers } from "./in-numbers.ts";
import { readPolicyFile, tryPolicy } from "./read-policy.ts";

/** `berth policy check FILE`: resolves with the exit code, 1 where the file is no policy. */
export async function checkPolicy(file: string, { json = false }: { json?: boolean }): Promise<number> {
  const policy = tryPolicy(await readPolicyFile(file));
  const isPolicy = !(policy instanceof PolicyError);
  const { complaints, isComplete } = isPolicy ? { complaints: [], isComplete: true } : policy;
  if (json) console.log(JSON.stringify({ valid: isPolicy, complete: isComplete, complaints }, null, 2));
  else if (isPolicy) console.log(`${file} is a policy: ${inNumbers(policy)}`);
  else process.stderr.write(`${file} is no policy:\n${policy.message}\n`);
  return isPolicy ? 0 : 1;
}
