import { Complaint } from "../complaint.ts";
import { isLoopback } from "../listening-address.ts";
import { flagOf, type Settings } from "../settings.ts";

type AuthSettings = Pick<Settings, "auth" | "policy" | "insecureRemoteWithoutAuth">;

/**
 * Whether callers are asked who they are: where that was chosen, and wherever other machines reach the registry, unless
 * it was refused. Throws a Complaint where it was both.
 */
export function isGuarded({ auth, policy, insecureRemoteWithoutAuth }: AuthSettings, host: string): boolean {
  const isChosen = auth || policy !== undefined;
  if (isChosen && insecureRemoteWithoutAuth) {
    const chosen = flagOf(auth ? "auth" : "policy");
    const refused = flagOf("insecureRemoteWithoutAuth");
    throw new Complaint(`${refused} lets everyone in, and ${chosen} does not: give one of them`);
  }
  return isChosen || !(isLoopback(host) || insecureRemoteWithoutAuth);
}
