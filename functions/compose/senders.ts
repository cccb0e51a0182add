import { OPEN } from "../../shared/http/authority.ts";
import type { Senders } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import type { Log } from "../telemetry/log.ts";
import { freshCredentials } from "./environment.ts";

/** Who senders are, and where, by what the environment says. Rejects with a SettingsError where it does not say it. */
export async function openSenders(environment: Environment, log: Log): Promise<Senders> {
  const { edge } = readSettings(environment, ["edge"]);
  return { ...(await openAuthority(environment, log)), edge };
}

/** Whoever the gateway lets in, or by tokens; what these take is loaded only where there are some. */
async function openAuthority(environment: Environment, log: Log): Promise<Omit<Senders, "edge">> {
  const { tokenKeys } = readSettings(environment, ["tokenKeys"]);
  if (tokenKeys === "none") return { authority: OPEN };
  const settings = readSettings(environment, [
    "region",
    "kms",
    "lambda",
    "service",
    "tokenFunction",
    "scheme",
  ]);
  const { authorityByTokens } = await import("../auth/by-tokens.ts");
  const { openThrottle, THROTTLE } = await import("../auth/throttle.ts");
  const credentials = freshCredentials(environment);
  const throttle = openThrottle({ ...readSettings(environment, THROTTLE), credentials, log });
  return { authority: authorityByTokens({ ...settings, tokenKeys, credentials, throttle }), throttle };
}
