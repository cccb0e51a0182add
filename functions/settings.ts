import { parsePullPlace } from "./pulls/place.ts";

/** From the least to the most that is logged. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface Setting<Value> {
  readonly variable: string;
  /** what it takes, to follow "it takes" */
  readonly takes: string;
  /** where the variable is not set, or set to nothing; one without must be set */
  readonly fallback?: string;
  /** undefined for what it does not take */
  readonly parse: (text: string) => Value | undefined;
}
const setting = <Value>(parts: Setting<Value>): Setting<Value> => parts;

const HOUR = 60 * 60 * 1000;
/** LONGEST_UPLOAD of the domain, which most functions are built without. */
const LONGEST_HOURS = 504;

const ENDPOINT = "the URL of a stand-in of the service, like http://127.0.0.1:8000";

const oneOf =
  <const Word extends string>(words: readonly Word[]) =>
  (text: string): Word | undefined =>
    words.find((word) => word === text);

const matching =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

/** Every setting of the functions, once. The stack sets them; each function reads those that it needs. */
const SETTINGS = {
  /** where the stores are */
  region: setting({
    variable: "AWS_REGION",
    takes: "the name of a region, like eu-central-1",
    parse: matching(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/),
  }),
  table: setting({
    variable: "BERTH_TABLE",
    takes: "the name of a DynamoDB table: 3 to 255 letters, digits, dots, dashes and underscores",
    parse: matching(/^[\w.-]{3,255}$/),
  }),
  bucket: setting({
    variable: "BERTH_BUCKET",
    takes: "the name of an S3 bucket: 3 to 63 small letters, digits, dots and dashes",
    parse: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  }),
  /** where a stand-in of a service is, by the names that the SDK has for it; nothing: AWS */
  dynamo: setting({
    variable: "AWS_ENDPOINT_URL_DYNAMODB",
    takes: ENDPOINT,
    fallback: "",
    parse: endpoint,
  }),
  s3: setting({ variable: "AWS_ENDPOINT_URL_S3", takes: ENDPOINT, fallback: "", parse: endpoint }),
  ssm: setting({ variable: "AWS_ENDPOINT_URL_SSM", takes: ENDPOINT, fallback: "", parse: endpoint }),
  /** whose registry this is, in logs and metrics */
  team: setting({
    variable: "BERTH_TEAM",
    takes: "the name of a team: 1 to 63 letters, digits and dashes",
    fallback: "berth",
    parse: matching(/^[a-z0-9][a-z0-9-]{0,62}$/i),
  }),
  logLevel: setting({
    variable: "BERTH_LOG_LEVEL",
    takes: LOG_LEVELS.join(", "),
    fallback: "info",
    parse: oneOf(LOG_LEVELS),
  }),
  /** whether the calls of each request are recorded for X-Ray */
  tracing: setting({
    variable: "BERTH_TRACING",
    takes: "on, off",
    fallback: "off",
    parse: oneOf(["on", "off"]),
  }),
  /** how HEAD of a manifest is answered: with the body as GET is, so that its length is right whoever computes it */
  headBody: setting({
    variable: "BERTH_HEAD_BODY",
    takes: "as-get, none",
    fallback: "as-get",
    parse: oneOf(["as-get", "none"]),
  }),
  /** how HEAD of a blob is answered: here, or by a redirect to S3, which says the length itself */
  headBlob: setting({
    variable: "BERTH_HEAD_BLOB",
    takes: "answer, redirect",
    fallback: "answer",
    parse: oneOf(["answer", "redirect"]),
  }),
  /** where blobs are pulled; nothing: from the bucket */
  pulls: setting({
    variable: "BERTH_PULLS",
    takes:
      "an origin, the id of a public key, the key, and the parameter with its private key, with spaces between",
    fallback: "",
    parse: parsePullPlace,
  }),
  /** the origin of the upload door; nothing: there is none, and uploads go on where they were begun */
  uploadDoor: setting({
    variable: "BERTH_UPLOAD_DOOR",
    takes: "the origin of the upload door, like https://uploads.example.com",
    fallback: "",
    parse: matching(/^(?:https?:\/\/[^/?#\s]+)?$/),
  }),
  /** where the upload door listens, as Lambda tells a Web Function */
  httpEndpoint: setting({
    variable: "AWS_LAMBDA_HTTP_ENDPOINT",
    takes: "a host and a port, like 0.0.0.0:8080",
    parse: hostAndPort,
  }),
  /** milliseconds that the upload door has for a request; 0: as many as it takes */
  requestTime: setting({
    variable: "BERTH_REQUEST_SECONDS",
    takes: "a whole number of seconds, 0 for no limit, else 60 or more",
    fallback: "900",
    parse: requestTime,
  }),
  /** milliseconds without a request after which an upload no longer exists */
  uploadIdle: setting({
    variable: "BERTH_UPLOAD_IDLE_HOURS",
    takes: `a whole number of hours from 1 to ${LONGEST_HOURS}`,
    fallback: "24",
    parse: hours,
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
type Settings = {
  readonly [Name in SettingName]: Exclude<ReturnType<(typeof SETTINGS)[Name]["parse"]>, undefined>;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment does not hold what the function needs: it says of each variable what it has and what it takes. */
class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** The settings of these names. SettingsError with every complaint at once. */
export function readSettings<Name extends SettingName>(
  environment: Environment,
  names: readonly Name[],
): Pick<Settings, Name> {
  const complaints: string[] = [];
  const entries = names.map((name) => {
    const { variable, takes, fallback, parse }: Setting<unknown> = SETTINGS[name];
    const text = environment[variable] || fallback;
    const value = text === undefined ? undefined : parse(text);
    if (value === undefined) {
      complaints.push(`${variable} is ${text === undefined ? "not set" : `'${text}'`}: it takes ${takes}`);
    }
    return [name, value] as const;
  });
  if (complaints.length === 0) return Object.fromEntries(entries) as Pick<Settings, Name>;
  throw new SettingsError(`the function's environment is wrong:\n  ${complaints.join("\n  ")}`);
}

function hours(text: string): number | undefined {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= LONGEST_HOURS ? number * HOUR : undefined;
}

function hostAndPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /^(?:http:\/\/)?([^/\s]+):(\d{1,5})\/?$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function requestTime(text: string): number | undefined {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  return seconds === 0 || seconds >= 60 ? seconds * 1000 : undefined;
}

/** As a place takes it (stores/credentials.ts). */
function endpoint(text: string): { readonly endpoint?: string } | undefined {
  if (text === "") return {};
  return /^https?:\/\/[^/?#\s]+\/?$/.test(text) ? { endpoint: text } : undefined;
}
