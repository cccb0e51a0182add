import { PolicyError } from "../../shared/access/complaints.ts";
import { jsonText, printable } from "../printable.ts";
import { inNumbers } from "./in-numbers.ts";
import { readPolicyFile, tryPolicy } from "./read-policy.ts";

/** `berth policy check FILE`: resolves with the exit code, 1 where the file is no policy. */
export async function checkPolicy(file: string, { json = false }: { json?: boolean }): Promise<number> {
  const policy = tryPolicy(await readPolicyFile(file));
  const isPolicy = !(policy instanceof PolicyError);
  const { complaints, isComplete } = isPolicy ? { complaints: [], isComplete: true } : policy;
  if (json) process.stdout.write(jsonText({ valid: isPolicy, complete: isComplete, complaints }));
  else if (isPolicy)
    process.stdout.write(
      printable(`${file} is a policy: ${inNumbers(policy)}
`),
    );
  else
    process.stderr.write(
      printable(`${file} is no policy:
${policy.message}
`),
    );
  return isPolicy ? 0 : 1;
}
