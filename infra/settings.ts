import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { LOG_LEVELS, type LogLevel } from "../functions/settings.ts";
import { LONGEST_UPLOAD } from "../shared/registry/uploads.ts";
import { contradictionsIn } from "./contradictions.ts";
import { FUNCTION_NAMES, type FunctionName } from "./functions.ts";
import { isObject } from "./objects.ts";
import { PULL_KEYS_TAKE, type PullKey, parsePullKeys } from "./pull-keys.ts";

interface Setting<Value> {
  /** what it takes, to follow "it takes" */
  readonly takes: string;
  /** where the team does not set it */
  readonly fallback: Value;
  /** undefined for what it does not take */
  readonly parse: (value: unknown) => Value | undefined;
}
const setting = <Value>(parts: Setting<Value>): Setting<Value> => parts;

export const LONGEST_UPLOAD_HOURS = LONGEST_UPLOAD / (60 * 60 * 1000);
export const HEAD_BODIES = ["as-get", "none"] as const;
export const HEAD_BLOBS = ["answer", "redirect"] as const;
/** what takes bodies that are too large for the API */
const DOORS = ["web-function", "fargate", "none"] as const;
/** what answers HEAD, where there is an edge to choose it */
const HEADS = ["api", "web-function"] as const;
/** where clients get the bytes of blobs */
const PULLS = ["bucket", "edge"] as const;
/** as EventBridge says it */
export const SWEEP_STATES = ["ENABLED", "DISABLED"] as const;
const SWITCH = ["on", "off"] as const;
/** Nothing, or an address: a good part of what is none is caught, the rest never confirms the subscription. */
export const ADDRESS_PATTERN = "^(?:[^@\\s]+@[^@\\s]+\\.[^@\\s]+)?$";
const DOMAIN_NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
/** requests in a second, and at once: an account's quota in a region where nobody has asked for more */
export const MOST_THROTTLE = { rate: 10_000, burst: 5000 } as const;
/** requests of one caller in ten seconds */
export const MOST_REQUESTS = 1_000_000;
/** days: what CloudWatch Logs takes, but for ever */
const RETENTIONS = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === "number" && days !== RetentionDays.INFINITE,
);

const oneOf =
  <Word extends string | number>(words: readonly Word[]) =>
  (value: unknown): Word | undefined =>
    words.find((word) => word === value);

const isWhole = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const whole = (least: number, most: number, fallback: number) =>
  setting<number>({
    takes: `a whole number from ${least} to ${most}`,
    fallback,
    parse: (value) => (isWhole(value, least, most) ? value : undefined),
  });

const toggle = () =>
  setting<boolean>({
    takes: "true or false",
    fallback: false,
    parse: (value) => (typeof value === "boolean" ? value : undefined),
  });

const matching = (pattern: RegExp) => (value: unknown) =>
  typeof value === "string" && pattern.test(value) ? value : undefined;

/** What stands already and is to be used, instead of something new or beside it. */
const existing = (takes: string, pattern: RegExp) =>
  setting<string | undefined>({ takes, fallback: undefined, parse: matching(pattern) });

const EDGE_CERTIFICATE = {
  takes: "the ARN of an ACM certificate in us-east-1, where CloudFront looks for it",
  pattern: /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
};

type Concurrency = { readonly [name in FunctionName]?: number };

/** Every setting of a team, once. Those up to `alarmAddress` are defaults of deploy-time parameters (parameters.ts). */
const SETTINGS = {
  logLevel: setting<LogLevel>({ takes: LOG_LEVELS.join(", "), fallback: "info", parse: oneOf(LOG_LEVELS) }),
  headBody: setting<(typeof HEAD_BODIES)[number]>({
    takes: HEAD_BODIES.join(", "),
    fallback: "as-get",
    parse: oneOf(HEAD_BODIES),
  }),
  headBlob: setting<(typeof HEAD_BLOBS)[number]>({
    takes: HEAD_BLOBS.join(", "),
    fallback: "answer",
    parse: oneOf(HEAD_BLOBS),
  }),
  uploadIdleHours: whole(1, LONGEST_UPLOAD_HOURS, 24),
  requestsPerIdentity: whole(0, MOST_REQUESTS, 4000),
  requestsPerNetwork: whole(0, MOST_REQUESTS, 2000),
  throttleRate: whole(1, MOST_THROTTLE.rate, 500),
  throttleBurst: whole(1, MOST_THROTTLE.burst, 1000),
  sweep: setting<(typeof SWEEP_STATES)[number]>({
    takes: SWEEP_STATES.join(", "),
    fallback: "ENABLED",
    parse: oneOf(SWEEP_STATES),
  }),
  alarmAddress: setting<string>({
    takes: "an e-mail address, or nothing for no alarms",
    fallback: "",
    parse: matching(new RegExp(ADDRESS_PATTERN)),
  }),
  policy: existing("the path of a policy file, as docs/policy.md describes it", /^.{1,1000}$/),
  /** generations of keys that sign tokens: one more begins to sign, and the older still verify */
  tokenKeys: whole(1, 10, 1),
  logRetentionDays: setting<RetentionDays>({
    takes: `one of ${RETENTIONS.join(", ")}`,
    fallback: RetentionDays.THREE_MONTHS,
    parse: oneOf(RETENTIONS),
  }),
  door: setting<(typeof DOORS)[number]>({
    takes: DOORS.join(", "),
    fallback: "web-function",
    parse: oneOf(DOORS),
  }),
  doorDomain: existing("a domain name, like uploads.example.com", DOMAIN_NAME),
  doorCertificateArn: existing(
    "the ARN of an ACM certificate, in the region of the stack",
    /^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
  ),
  heads: setting<(typeof HEADS)[number]>({ takes: HEADS.join(", "), fallback: "api", parse: oneOf(HEADS) }),
  tracing: toggle(),
  dashboard: toggle(),
  customerKey: toggle(),
  reservedConcurrency: setting<Concurrency>({
    takes: `an object of functions (${FUNCTION_NAMES.join(", ")}), each with a whole number from 1 to 1000`,
    fallback: {},
    parse: parseConcurrency,
  }),
  edge: setting<(typeof SWITCH)[number]>({ takes: SWITCH.join(", "), fallback: "on", parse: oneOf(SWITCH) }),
  edgeDomain: existing("a domain name, like registry.example.com", DOMAIN_NAME),
  edgeCertificateArn: existing(EDGE_CERTIFICATE.takes, EDGE_CERTIFICATE.pattern),
  webAclArn: existing(
    "the ARN of a web ACL for CloudFront, which is in us-east-1",
    /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/,
  ),
  pulls: setting<(typeof PULLS)[number]>({
    takes: PULLS.join(", "),
    fallback: "bucket",
    parse: oneOf(PULLS),
  }),
  pullsKeys: setting<readonly PullKey[]>({ takes: PULL_KEYS_TAKE, fallback: [], parse: parsePullKeys }),
  pullsDomain: existing("a domain name, like blobs.example.net", DOMAIN_NAME),
  pullsCertificateArn: existing(EDGE_CERTIFICATE.takes, EDGE_CERTIFICATE.pattern),
  existingTable: existing("the name of a DynamoDB table", /^[\w.-]{3,255}$/),
  existingBucket: existing("the name of an S3 bucket", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  existingKey: existing("the ARN of a KMS key", /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/),
} as const;

type SettingName = keyof typeof SETTINGS;
export type TeamSettings = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name]["fallback"];
};

/** Something in the context (cdk.json, or -c) can't be used: the message says what, and what would do. */
export class ContextError extends Error {
  override readonly name = "ContextError";
}

/** The settings of a team as the context has them. ContextError with every complaint at once. */
export function parseTeamSettings(team: string, given: unknown): TeamSettings {
  if (!isObject(given))
    throw new ContextError(`teams.${team} is ${quote(given)}: it takes an object of settings`);
  const complaints = Object.keys(given)
    .filter((name) => !Object.hasOwn(SETTINGS, name))
    .map((name) => `there is no setting ${name}, but ${Object.keys(SETTINGS).join(", ")}`);
  const entries = Object.entries<Setting<unknown>>(SETTINGS).map(([name, { takes, fallback, parse }]) => {
    if (!Object.hasOwn(given, name)) return [name, fallback];
    const value = parse(given[name]);
    if (value === undefined) complaints.push(`${name} is ${quote(given[name])}: it takes ${takes}`);
    return [name, value];
  });
  const settings = Object.fromEntries(entries) as TeamSettings;
  if (complaints.length === 0) complaints.push(...contradictionsIn(settings));
  if (complaints.length === 0) return settings;
  throw new ContextError(`the settings of team ${team} are wrong:\n  ${complaints.join("\n  ")}`);
}

export const quote = (value: unknown): string => JSON.stringify(value) ?? "not set";

function parseConcurrency(value: unknown): Concurrency | undefined {
  if (!isObject(value)) return undefined;
  const isTaken = Object.entries(value).every(
    ([name, count]) => FUNCTION_NAMES.some((known) => known === name) && isWhole(count, 1, 1000),
  );
  return isTaken ? value : undefined;
}
