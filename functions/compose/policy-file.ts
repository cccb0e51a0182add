import { join } from "node:path";

/** The policy that the registry is deployed with: a file beside a function's bundle (infra/policy-file.ts). */
export const POLICY_FILE = join(import.meta.dirname, "policy.yaml");
