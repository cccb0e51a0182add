import { parseTarget, type Target } from "../client/target.ts";
import { Complaint } from "../complaint.ts";
import { parseDuration } from "../durations.ts";
import { parseSize } from "../sizes.ts";

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
  readonly json: boolean;
}

/** Which images of the source. */
export type Selection =
  | { readonly kind: "all" }
  | { readonly kind: "named"; readonly name: string }
  /** the only one, or the one that has the target's tag */
  | { readonly kind: "fitting" };

const MOST_PARALLEL = 64;
const LEAST_PART = 1024 * 1024;
const MOST_PART = 4 * 1024 ** 3;
const HOUR = 3_600_000;

/** Complaint, where a flag or the reference can't be used. */
export function parseOptions(reference: string, flags: PushFlags): PushOptions {
  const parallel = countOf("--parallel", flags.parallel);
  const partsAtOnce = countOf("--parts-at-once", flags.partsAtOnce);
  const partSize = parseSize(flags.partSize);
  if (partSize === undefined || partSize < LEAST_PART || partSize > MOST_PART) {
    throw new Complaint(
      `--part-size is '${flags.partSize}': it must be a size like 16m or 1g, from 1m to 4g`,
    );
  }
  const timeout = parseDuration(flags.timeout);
  if (timeout === undefined || timeout < 1 || timeout > HOUR) {
    throw new Complaint(
      `--timeout is '${flags.timeout}': it must be a duration like 30s or 2m, an hour at most`,
    );
  }
  const target = parseTarget(reference, flags.plainHttp === true);
  return {
    target,
    parallel,
    partSize,
    partsAtOnce,
    timeout,
    selection: selectionOf(flags, target),
    allowMissing: flags.allowMissing === true,
    json: flags.json === true,
  };
}

function countOf(flag: string, text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_PARALLEL) return count;
  throw new Complaint(`${flag} is '${text}': it must be a whole number from 1 to ${MOST_PARALLEL}`);
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
