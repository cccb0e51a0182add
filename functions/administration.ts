import { openAdministration } from "./compose/administration.ts";
import { POLICY_FILE } from "./compose/policy-file.ts";

/** Everything below /v2/_berth/. */
export const handler = await openAdministration(process.env, POLICY_FILE);
