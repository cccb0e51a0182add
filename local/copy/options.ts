import { parseDigest } from "../../shared/oci/digest.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { parseTag } from "../../shared/oci/names.ts";
import type { Reference } from "../../shared/oci/reference.ts";
import { countOf, partSizeOf, timeoutOf } from "../client/flags.ts";
import { parseTarget, type Target } from "../client/target.ts";
import { Complaint } from "../complaint.ts";
import { type Platform, parsePlatform } from "./platforms.ts";

/** The flags of `berth copy`, as the command line has them. */
export interface CopyFlags {
  readonly parallel: string;
  readonly partSize: string;
  readonly timeout: string;
  readonly platform?: readonly string[];
  readonly referrers: boolean;
  readonly plainHttp?: boolean;
  readonly trustRealm?: readonly string[];
  readonly json?: boolean;
}

export interface CopySource extends Omit<Target, "tag"> {
  readonly reference: Reference;
}

export interface CopyOptions {
  readonly source: CopySource;
  readonly target: Target;
  /** none: all of them */
  readonly platforms: readonly Platform[];
  readonly referrers: boolean;
  /** blobs at once */
  readonly parallel: number;
  /** bytes of one request */
  readonly partSize: number;
  /** milliseconds in which nothing moves, after which a request is given up */
  readonly timeout: number;
  /** hosts of token servers that may see the credentials */
  readonly trusted: readonly string[];
  readonly json: boolean;
}

const LATEST = parseTag("latest");

/** Complaint, where a flag or a reference can't be used. */
export function parseOptions(source: string, target: string, flags: CopyFlags): CopyOptions {
  const plainHttp = flags.plainHttp === true;
  const from = parseSource(source, plainHttp);
  const to = parseTarget(target, plainHttp);
  const kept = from.reference.kind === "tag" ? { tag: from.reference.tag } : {};
  return {
    source: from,
    target: { ...kept, ...to },
    platforms: (flags.platform ?? []).map(parsePlatform),
    referrers: flags.referrers,
    parallel: countOf("--parallel", flags.parallel),
    partSize: partSizeOf(flags.partSize),
    timeout: timeoutOf(flags.timeout),
    trusted: flags.trustRealm ?? [],
    json: flags.json === true,
  };
}

/** `registry/name:tag` or `registry/name@digest`; a tag before a digest says nothing more, as everywhere. */
function parseSource(text: string, plainHttp: boolean): CopySource {
  const at = text.indexOf("@");
  const { tag, ...place } = parseTarget(at < 0 ? text : text.slice(0, at), plainHttp);
  if (at < 0) return { ...place, reference: { kind: "tag", tag: tag ?? LATEST } };
  try {
    return { ...place, reference: { kind: "digest", digest: parseDigest(text.slice(at + 1)) } };
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new Complaint(`'${text}': what follows the @ is no sha256 or sha512 digest`, { cause });
  }
}
