import {
  ENDPOINT,
  endpoint,
  hostAndPort,
  hours,
  keyIds,
  LONGEST_HOURS,
  matching,
  oneOf,
  origin,
  REQUESTS,
  requests,
  requestTime,
} from "./parse-setting.ts";

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
  kms: setting({ variable: "AWS_ENDPOINT_URL_KMS", takes: ENDPOINT, fallback: "", parse: endpoint }),
  lambda: setting({ variable: "AWS_ENDPOINT_URL_LAMBDA", takes: ENDPOINT, fallback: "", parse: endpoint }),
  /** the keys of tokens, the newest first; "none" has to be said: then whoever the gateway lets in may do everything */
  tokenKeys: setting({
    variable: "BERTH_TOKEN_KEYS",
    takes: "ids of KMS keys with spaces between, or none",
    parse: keyIds,
  }),
  /** this registry's name in tokens */
  service: setting({
    variable: "BERTH_SERVICE",
    takes: "a name that no other registry has: 1 to 200 letters, digits, dots, dashes and underscores",
    parse: matching(/^[\w.-]{1,200}$/),
  }),
  /** what the edge shows to prove that a request came by it; nothing where there is no edge, or nobody asks who callers are */
  edge: setting({
    variable: "BERTH_EDGE",
    takes: "1 to 64 letters, digits, dashes and underscores",
    fallback: "",
    parse: matching(/^[\w-]{0,64}$/),
  }),
  /** the function that knows people and policy */
  tokenFunction: setting({
    variable: "BERTH_TOKEN_FUNCTION",
    takes: "the name of a Lambda function",
    parse: matching(/^[\w-]{1,64}$/),
  }),
  /** in ten seconds; 0 for no limit */
  requestsPerIdentity: setting({
    variable: "BERTH_REQUESTS_PER_IDENTITY",
    takes: REQUESTS,
    fallback: "4000",
    parse: requests,
  }),
  requestsPerNetwork: setting({
    variable: "BERTH_REQUESTS_PER_NETWORK",
    takes: REQUESTS,
    fallback: "2000",
    parse: requests,
  }),
  /** what clients speak to the gateway; another only where a stand-in plays it */
  scheme: setting({
    variable: "BERTH_SCHEME",
    takes: "https, http",
    fallback: "https",
    parse: oneOf(["https", "http"]),
  }),
  /** by which clients know this registry: for one of them a login by AWS is signed */
  hosts: setting({
    variable: "BERTH_HOSTS",
    takes: "hosts with spaces between",
    parse: (text) => text.split(" "),
  }),
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
    parse: origin,
  }),
  /** the origin of the API, where blobs are pulled; nothing: a Location of one that the upload door took names no host */
  api: setting({
    variable: "BERTH_API",
    takes: "the origin of the API, like https://registry.example.com",
    fallback: "",
    parse: origin,
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
