import type { FunctionPlan } from "../template/functions.ts";
import { matches } from "./policy.ts";

/** Lambda itself writes the log: no request for it passes here. */
const UNSEEN = /^logs:/;

/**
 * What a role grants and nobody has used, as `s3:GetObject on bucket/blobs/*`; `used` in the words of `Ledger`.
 * Sorted.
 */
export function unusedGrants(
  { logicalId, statements }: Pick<FunctionPlan, "logicalId" | "statements">,
  used: ReadonlySet<string>,
): readonly string[] {
  return statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((on) => ({ action, on }))))
    .filter(({ action }) => !UNSEEN.test(action))
    .filter(({ action, on }) => ![...used].some((what) => matches(`${logicalId}: ${action} on ${on}`, what)))
    .map(({ action, on }) => `${action} on ${shortened(on)}`)
    .toSorted();
}

const shortened = (arn: string): string =>
  arn.replace(/^arn:aws:s3:::[^/]+/, "bucket").replace(/^arn:aws:dynamodb:.*:table\/.*$/, "table");
