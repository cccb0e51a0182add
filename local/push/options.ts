import { countOf, partSizeOf, timeoutOf } from "../client/flags.ts";
import { parseTarget, type Target } from "../client/target.ts";
import { Complaint } from "../complaint.ts";

/** The flags of `berth push`, as the command line has them. */
export interface PushFlags {
  readonly parallel: string;
  readonly partSize: string;
  readonly partsAtOnce: string;
  readonly timeout: string;
  readonly image?: string;
  readonly all?: boolean;
  readonly allowMissing?: boolean;
  readonly plainHttp?: boolean;
  readonly trustRealm?: readonly string[];
  readonly json?: boolean;
}

export interface PushOptions {
  readonly target: Target;
  /** blobs at once */
  readonly parallel: number;
  /** bytes of one request */
  readonly partSize: number;
  /** parts of one blob at once, where the registry takes them in any order */
  readonly partsAtOnce: number;
  /** milliseconds in which nothing moves, after which a request is given up */
  readonly timeout: number;
  readonly selection: Selection;
  /** an index is pushed without the children that the source lacks */
  readonly allowMissing: boolean;
  /** hosts of token servers that may see the credentials */
  readonly trusted: readonly string[];
  readonly json: boolean;
}

/** Which images of the source. */
export type Selection =
  | { readonly kind: "all" }
  | { readonly kind: "named"; readonly name: string }
  /** the only one, or the one that has the target's tag */
  | { readonly kind: "fitting" };

/** Complaint, where a flag or the reference can't be used. */
export function parseOptions(reference: string, flags: PushFlags): PushOptions {
  const parallel = countOf("--parallel", flags.parallel);
  const partsAtOnce = countOf("--parts-at-once", flags.partsAtOnce);
  const partSize = partSizeOf(flags.partSize);
  const timeout = timeoutOf(flags.timeout);
  const target = parseTarget(reference, flags.plainHttp === true);
  return {
    target,
    parallel,
    partSize,
    partsAtOnce,
    timeout,
    selection: selectionOf(flags, target),
    allowMissing: flags.allowMissing === true,
    trusted: flags.trustRealm ?? [],
    json: flags.json === true,
  };
}

function selectionOf({ all, image }: PushFlags, { tag }: Target): Selection {
  if (all !== true) return image === undefined ? { kind: "fitting" } : { kind: "named", name: image };
  if (image !== undefined) throw new Complaint("--all and --image exclude each other");
  if (tag !== undefined) {
    throw new Complaint(
      `--all pushes each image under its own name: leave the tag '${tag}' out of the reference`,
    );
  }
  return { kind: "all" };
}
