import { type Authority, OPEN } from "../../shared/http/authority.ts";
import { type Environment, readSettings } from "../settings.ts";
import { freshCredentials } from "./environment.ts";

/**
 * Who senders are, by what the environment says: whoever the gateway lets in, or by tokens. Rejects with a SettingsError
 * where it does not say it. What tokens take is loaded only where there are some.
 */
export async function openAuthority(environment: Environment): Promise<Authority> {
  const { tokenKeys } = readSettings(environment, ["tokenKeys"]);
  if (tokenKeys === "none") return OPEN;
  const settings = readSettings(environment, [
    "region",
    "kms",
    "lambda",
    "service",
    "tokenFunction",
    "scheme",
  ]);
  const { authorityByTokens } = await import("../auth/by-tokens.ts");
  return authorityByTokens({ ...settings, tokenKeys, credentials: freshCredentials(environment) });
}
