import type { Outgoing } from "../../shared/client/content.ts";
import type { BlobFate } from "../client/screen.ts";
import type { Target } from "../client/target.ts";
import type { Trouble } from "../client/trouble.ts";
import type { Plan } from "./plan.ts";

/** What `--json` prints: docs/push.md § For machines. A change that breaks a reader raises `version`. */
export interface Report {
  readonly version: 1;
  readonly registry: string;
  readonly repository: string;
  /** failed: another run may go better; refused: something has to be mended first */
  readonly outcome: "pushed" | "failed" | "refused";
  readonly error?: string;
  readonly milliseconds: number;
  /** what was asked for, without what it names */
  readonly images: readonly { digest: string; mediaType: string; tags: readonly string[] }[];
  readonly blobs: Readonly<Record<Exclude<BlobFate, "mounted">, number>>;
  /** of the blobs, each once */
  readonly bytes: number;
}

export const EXIT_CODES = { pushed: 0, failed: 1, refused: 2 } as const;

export interface Ended {
  readonly target: Target;
  readonly plan: Plan;
  readonly fates: ReadonlyMap<Outgoing, BlobFate>;
  readonly trouble: Trouble | undefined;
  readonly milliseconds: number;
}

export function reportOf({ target, plan, fates, trouble, milliseconds }: Ended): Report {
  const count = (fate: BlobFate) =>
    fates
      .values()
      .filter((one) => one === fate)
      .toArray().length;
  const images = plan.manifests.filter(({ isRoot }) => isRoot);
  return {
    version: 1,
    registry: target.base.origin,
    repository: target.repo,
    outcome: trouble?.kind ?? "pushed",
    ...(trouble && { error: trouble.message }),
    milliseconds,
    images: images.map(({ digest, mediaType, tags }) => ({ digest, mediaType, tags })),
    blobs: { sent: count("sent"), resumed: count("resumed"), present: count("present") },
    bytes: plan.blobs.reduce((sum, { content }) => sum + content.size, 0),
  };
}
