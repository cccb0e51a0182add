import { ContextError } from "./settings.ts";
import type { Deployment, Team } from "./teams.ts";

/** Who is let in: whoever signs requests with rights in the account, everyone, or whoever the policy lets, by tokens. */
export type Access = "signed" | "everyone" | "tokens";

/** ContextError where a team has a policy and the deployment is open, which would be without one. */
export function accessOf({ name, settings }: Team, { open }: Deployment): Access {
  if (settings.policy === undefined) return open ? "everyone" : "signed";
  if (!open) return "tokens";
  throw new ContextError(
    `the settings of team ${name} are wrong:\n  policy says who may do what, and -c open=true lets everyone in: give one of them`,
  );
}

export const ACCESS_TEXT: Readonly<Record<Access, string>> = {
  everyone: "OPEN: everyone who knows its address may push and delete",
  signed:
    "closed: only requests signed with rights in the account are answered (policy of the team says who else may do what)",
  tokens: "by its policy: whoever it lets, as far as it lets them",
};
