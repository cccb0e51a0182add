import { POLICY_FILE } from "./compose/policy-file.ts";
import { openToken } from "./compose/token.ts";

/** GET and POST of /token. */
export const handler = await openToken(process.env, POLICY_FILE);
