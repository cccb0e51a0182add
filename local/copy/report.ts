import type { Outgoing } from "../../shared/client/content.ts";
import type { BlobFate } from "../client/screen.ts";
import type { Trouble } from "../client/trouble.ts";
import type { CopyOptions } from "./options.ts";
import type { CopyPlan } from "./plan.ts";

/** What `--json` prints: docs/copy.md § For machines. A change that breaks a reader raises `version`. */
export interface CopyReport {
  readonly version: 1;
  readonly source: Place;
  readonly target: Place;
  /** failed: another run may go better; refused: something has to be mended first */
  readonly outcome: "copied" | "failed" | "refused";
  readonly error?: string;
  readonly milliseconds: number;
  /** what the tag names in the end; absent where the source could not be read */
  readonly image?: { readonly digest: string; readonly mediaType: string; readonly tag?: string };
  readonly manifests: number;
  /** among the manifests */
  readonly referrers: number;
  readonly blobs: Readonly<Record<BlobFate, number>>;
  /** of the blobs, each once */
  readonly bytes: number;
}

interface Place {
  readonly registry: string;
  readonly repository: string;
}

export const EXIT_CODES = { copied: 0, failed: 1, refused: 2 } as const;

export interface Ended {
  readonly options: CopyOptions;
  readonly plan: CopyPlan | undefined;
  readonly fates: ReadonlyMap<Outgoing, BlobFate>;
  readonly trouble: Trouble | undefined;
  readonly milliseconds: number;
}

export function reportOf({ options, plan, fates, trouble, milliseconds }: Ended): CopyReport {
  const { source, target } = options;
  const count = (fate: BlobFate) => [...fates.values()].filter((one) => one === fate).length;
  const blobs = plan?.blobs ?? [];
  return {
    version: 1,
    source: { registry: source.base.origin, repository: source.repo },
    target: { registry: target.base.origin, repository: target.repo },
    outcome: trouble?.kind ?? "copied",
    ...(trouble && { error: trouble.message }),
    milliseconds,
    ...(plan && { image: imageOf(plan, target.tag) }),
    manifests: plan?.manifests.length ?? 0,
    referrers: plan?.referrers ?? 0,
    blobs: {
      sent: count("sent"),
      resumed: count("resumed"),
      mounted: count("mounted"),
      present: count("present"),
    },
    bytes: blobs.reduce((sum, { content }) => sum + content.size, 0),
  };
}

const imageOf = ({ root: { digest, mediaType } }: CopyPlan, tag: string | undefined) => ({
  digest,
  mediaType,
  ...(tag !== undefined && { tag }),
});
