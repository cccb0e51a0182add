import { OciError } from "../../shared/oci/errors.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { timeoutOf } from "../client/flags.ts";
import { isThisMachine } from "../client/this-machine.ts";
import { Complaint } from "../complaint.ts";
import { parseSize } from "../sizes.ts";

/** The flags of `berth doctor`, as the command line has them. */
export interface DoctorFlags {
  readonly repository: string;
  readonly largeSize: string;
  readonly timeout: string;
  readonly trustRealm?: readonly string[];
  /** false with --no-aws */
  readonly aws?: boolean;
  readonly json?: boolean;
}

export interface DoctorOptions {
  readonly base: URL;
  /** the doctor's own repository is below it */
  readonly prefix: string;
  /** bytes of a large blob */
  readonly largeSize: number;
  /** milliseconds in which nothing moves, after which a request is given up */
  readonly timeout: number;
  /** hosts of token servers that may see the credentials */
  readonly trusted: readonly string[];
  /** whether the AWS credentials at hand are to log in */
  readonly aws: boolean;
  readonly json: boolean;
}

const LEAST_LARGE = 64 * 1024;

/** Complaint, where a flag or the URL can't be used. */
export function parseOptions(url: string, flags: DoctorFlags): DoctorOptions {
  const largeSize = parseSize(flags.largeSize);
  if (largeSize === undefined || largeSize < LEAST_LARGE) {
    throw new Complaint(
      `--large-size is '${flags.largeSize}': it must be a size like 500k, 16m or 1g, 64k at least`,
    );
  }
  const timeout = timeoutOf(flags.timeout);
  const prefix = parsePrefix(flags.repository);
  const trusted = flags.trustRealm ?? [];
  const { aws = true, json = false } = flags;
  return { base: parseBase(url), prefix, largeSize, timeout, trusted, aws, json };
}

/** What the doctor adds to the prefix: its random name, and components below that. */
const ADDED = `/${"0".repeat(12)}/c3/c4/c5/c6/c7/c8/c9/c10`;

function parsePrefix(text: string): string {
  try {
    parseRepoName(`${text}${ADDED}`);
    return text;
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    throw new Complaint(
      `--repository is '${text}': it must be a repository name like berth-doctor or team/doctor, 200 characters at most`,
      { cause },
    );
  }
}

/** `https://host`, or `host:port` as in image names: https, but for this machine. */
function parseBase(text: string): URL {
  const url = /^[a-z]+:\/\//i.test(text) ? URL.parse(text) : bare(text);
  const fail = (why: string): never => {
    throw new Complaint(`'${text}' ${why}: give the registry's address, like https://registry.example.com`);
  };
  if (!url || !["http:", "https:"].includes(url.protocol)) return fail("is no address of a registry");
  if (url.username !== "" || url.password !== "")
    return fail("holds credentials, which the doctor does not take");
  if (!/^\/(?:v2\/?)?$/.test(url.pathname) || url.search !== "") {
    return fail("has a path, and a registry is always at the root of its host");
  }
  return new URL("/", url);
}

function bare(text: string): URL | null {
  const url = URL.parse(`https://${text}`);
  return url && isThisMachine(url.hostname) ? URL.parse(`http://${text}`) : url;
}
