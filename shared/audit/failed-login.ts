import { isAccountName } from "../access/identity.ts";
import type { Audit } from "./event.ts";

/** Tells the audit of credentials that were wrong. */
export const tellFailedLogin =
  (audit: Audit) =>
  ({ name, from }: { readonly name: string; readonly from: string }): void =>
    audit({
      actor: "anonymous",
      from,
      event: "login",
      ...(isAccountName(name) && { name }),
      outcome: "refused",
      reason: "CREDENTIALS_WRONG",
    });
