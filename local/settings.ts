import { resolve } from "node:path";
import { LONGEST_UPLOAD } from "../shared/registry/uploads.ts";
import { Complaint } from "./complaint.ts";
import { parseDuration } from "./durations.ts";
import { LOG_LEVELS, type LogLevel } from "./log-levels.ts";

interface Setting<Value> {
  /** what it does, for `--help` */
  readonly text: string;
  /** the name of its value in `--help`; a setting without one is a switch */
  readonly value?: string;
  /** as a user would write it; empty: not set */
  readonly fallback: string;
  /** Throws a Complaint that tells what would be right. */
  readonly parse: (text: string) => Value;
}
const setting = <Value>(parts: Setting<Value>): Setting<Value> => parts;

const HOUR = 3_600_000;

/** Every setting of `berth serve`, once: flags, variables, file and documentation are made from this table. */
export const SETTINGS = {
  port: setting({
    text: "port to listen on; 0 takes a free one",
    value: "number",
    fallback: "5000",
    parse: (text) => wholeNumber(text, { least: 0, most: 65_535 }),
  }),
  host: setting({ text: "address to listen on", value: "address", fallback: "127.0.0.1", parse: notEmpty }),
  data: setting({
    text: "folder that holds everything; made where it is missing",
    value: "folder",
    fallback: "./data",
    parse: (text) => resolve(notEmpty(text)),
  }),
  tlsCert: setting({
    text: "certificate chain, PEM; serves HTTPS",
    value: "file",
    fallback: "",
    parse: file,
  }),
  tlsKey: setting({ text: "private key of the certificate, PEM", value: "file", fallback: "", parse: file }),
  logLevel: setting({
    text: `${LOG_LEVELS.join(", ")}; reads are logged at debug`,
    value: "level",
    fallback: "info",
    parse: logLevel,
  }),
  idleTimeout: setting({
    text: "drop a client that neither sends nor takes a byte for so long",
    value: "duration",
    fallback: "60s",
    parse: (text) => duration(text, { least: 1, most: 24 * HOUR }),
  }),
  shutdownGrace: setting({
    text: "how long running requests may go on after SIGTERM or SIGINT",
    value: "duration",
    fallback: "30s",
    parse: (text) => duration(text, { least: 0, most: 24 * HOUR }),
  }),
  uploadExpiry: setting({
    text: "sweep an unfinished upload that nothing was added to for so long",
    value: "duration",
    fallback: "1d",
    parse: (text) => duration(text, { least: 60_000, most: LONGEST_UPLOAD }),
  }),
  sparseManifests: setting({
    text: "accept manifests whose blobs are not here (partial mirrors); a pull of such a blob answers 404",
    fallback: "false",
    parse: yesOrNo,
  }),
  maxConnections: setting({
    text: "connections at a time; more are refused",
    value: "number",
    fallback: "2000",
    parse: (text) => wholeNumber(text, { least: 1, most: 1_000_000 }),
  }),
  auth: setting({
    text: "ask callers who they are, on this machine too; beyond it that is so anyway",
    fallback: "false",
    parse: yesOrNo,
  }),
  policy: setting({
    text: "who may do what, YAML or JSON; asks callers who they are",
    value: "file",
    fallback: "",
    parse: file,
  }),
  requestsPerIdentity: setting({
    text: "requests in ten seconds of one who is logged in; more are answered 429; 0: no limit",
    value: "number",
    fallback: "4000",
    parse: (text) => wholeNumber(text, { least: 0, most: 1_000_000 }),
  }),
  requestsPerNetwork: setting({
    text: "the same for all at one address (IPv6: /64) who are not logged in",
    value: "number",
    fallback: "2000",
    parse: (text) => wholeNumber(text, { least: 0, most: 1_000_000 }),
  }),
  publicUrl: setting({
    text: "address by which clients know the registry, where it is another than they ask for, behind a proxy",
    value: "url",
    fallback: "",
    parse: origin,
  }),
  insecureRemoteWithoutAuth: setting({
    text: "ask nobody who they are: everyone who reaches the port may push and delete",
    fallback: "false",
    parse: yesOrNo,
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Settings = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]["parse"]> };
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** `tlsCert` is `--tls-cert` and BERTH_TLS_CERT. */
export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
export const variableOf = (name: string): string =>
  `BERTH_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function wholeNumber(text: string, { least, most }: Bounds): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Complaint(`must be a whole number from ${least} to ${most}`);
}

function duration(text: string, { least, most }: Bounds): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds >= least && milliseconds <= most) return milliseconds;
  throw new Complaint(
    `must be a duration like 90s, 15m, 24h or 7d, from ${least / 1000} to ${most / 1000} seconds`,
  );
}

function notEmpty(text: string): string {
  if (text === "") throw new Complaint("must not be empty");
  return text;
}

function file(text: string): string | undefined {
  return text === "" ? undefined : resolve(text);
}

/** `https://registry.example.com`; undefined where there is none */
function origin(text: string): string | undefined {
  if (text === "") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin) return url.origin;
  throw new Complaint("must be an address without a path, like https://registry.example.com");
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw new Complaint(`must be one of ${LOG_LEVELS.join(", ")}`);
  return level;
}

function yesOrNo(text: string): boolean {
  if (["true", "1", "yes"].includes(text)) return true;
  if (["false", "0", "no"].includes(text)) return false;
  throw new Complaint("must be true or false");
}
