import type { Audit } from "./event.ts";

/** Tells the audit of a caller that has begun to ask too much. */
export const tellTooManyRequests =
  (audit: Audit) =>
  ({ name, from }: { readonly name: string; readonly from: string | undefined }): void =>
    audit({
      actor: name,
      ...(from !== undefined && { from }),
      event: "requests",
      outcome: "refused",
      reason: "TOOMANYREQUESTS",
    });
