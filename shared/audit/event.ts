import type { Action } from "../access/rights.ts";
import type { Digest } from "../oci/digest.ts";
import type { OciErrorName } from "../oci/errors.ts";
import type { RepoName, Tag } from "../oci/names.ts";

/** Who it was, and from where. */
interface Who {
  /** the caller's name, as policies have it: `user:ada`, `robot:ci`, … */
  readonly actor: string;
  /** the IP address, where it is known */
  readonly from?: string;
}

/** What came of it. `denied`: the rights are not enough; `refused`: something else was wrong; `failed`: a store, or we. */
export type Outcome =
  | { readonly outcome: "done" }
  | { readonly outcome: "denied" }
  | { readonly outcome: "refused"; readonly reason: OciErrorName }
  | { readonly outcome: "failed" };

/** What was done, or was to be: to a repository, or to the registry itself. */
export type Deed =
  | {
      readonly event: Action | "mount";
      readonly repository: RepoName;
      readonly digest?: Digest;
      readonly tags?: readonly Tag[];
      /** of a mount: where the blob was to come from */
      readonly source?: RepoName;
    }
  | { readonly event: "catalog" }
  /** the first in ten seconds that were more than a caller may send */
  | { readonly event: "requests" }
  /** one that failed; `name`: as whom, where it can be a name at all, since people type passwords into the wrong field */
  | { readonly event: "login"; readonly name?: string }
  | {
      readonly event: "administration";
      /** which endpoint: `POST keys/:id/rotate` */
      readonly action: string;
      /** the path below the root, or that of what was made */
      readonly target: string;
      /** whom else it was about */
      readonly about?: Readonly<Record<string, string>>;
    };

/** One line of the audit log: who did what to what, from where, with what result. It never holds a secret. */
export type AuditEvent = Who & Deed & Outcome;

export type Audit = (event: AuditEvent) => void;

/** Tells of one sender's deeds. */
export const deedsOf =
  (audit: Audit, actor: string, from: string | undefined) =>
  (deed: Deed, outcome: Outcome): void =>
    audit({ actor, ...(from !== undefined && { from }), ...deed, ...outcome });
