import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ANONYMOUS, type Credentials, type FindCredentials } from "../../shared/client/auth/credentials.ts";
import { Complaint, causeOf } from "../complaint.ts";
import { askHelper } from "./credential-helper.ts";

export type Variables = Readonly<Record<string, string | undefined>>;
type Json = Readonly<Record<string, unknown>>;

/** Where docker keeps what `docker login` was told. */
const dockerConfigFile = (variables: Variables): string =>
  join(variables["DOCKER_CONFIG"] || join(homedir(), ".docker"), "config.json");

/**
 * Credentials as `docker login` has left them: in the helper that is set for the host, in the helper for all, or in the
 * file itself. Anonymous where there are none; Complaint where file or helper can't be used.
 */
export const dockerCredentials =
  (variables: Variables): FindCredentials =>
  async (host) => {
    const file = dockerConfigFile(variables);
    const config = await readConfig(file);
    const names = namesOf(host);
    const helper = textOf(firstOf(objectOf(config["credHelpers"]), names)) ?? textOf(config["credsStore"]);
    const told = helper === undefined ? undefined : await askAll(helper, names, variables);
    return told ?? entryOf(objectOf(firstOf(objectOf(config["auths"]), names)), `${host} in ${file}`);
  };

async function askAll(
  helper: string,
  names: readonly string[],
  variables: Variables,
): Promise<Credentials | undefined> {
  for (const name of names) {
    const found = await askHelper(helper, name, variables);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readConfig(file: string): Promise<Json> {
  try {
    return objectOf(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    if (causeOf(cause) === "ENOENT" || causeOf(cause) === "ENOTDIR") return {};
    // The message of a JSON error quotes the text, which may be a secret.
    const why = cause instanceof SyntaxError ? "it is no JSON" : causeOf(cause);
    throw new Complaint(`can't read ${file} (${why})`);
  }
}

/** Docker Hub's login has a name that no registry has. */
const HUB = ["docker.io", "index.docker.io", "registry-1.docker.io"];
const HUB_KEY = "https://index.docker.io/v1/";

/** Older clients wrote addresses. */
const namesOf = (host: string): readonly string[] =>
  HUB.includes(host)
    ? [HUB_KEY, ...HUB]
    : [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];

const firstOf = (values: Json, names: readonly string[]): unknown =>
  names.map((name) => values[name]).find((value) => value !== undefined);

function entryOf(entry: Json, place: string): Credentials {
  const { auth, username, password, identitytoken, registrytoken } = entry;
  const identity = textOf(identitytoken);
  if (identity !== undefined) return { kind: "identity-token", token: identity };
  const registry = textOf(registrytoken);
  if (registry !== undefined) return { kind: "registry-token", token: registry };
  const pair = textOf(auth);
  if (pair !== undefined) return parsePair(Buffer.from(pair, "base64").toString(), `the auth of ${place}`);
  const [name, secret] = [textOf(username), textOf(password)];
  return name === undefined || secret === undefined ? ANONYMOUS : { kind: "password", name, secret };
}

/** `name:secret`. Complaint, which does not quote it. */
export function parsePair(text: string, place: string): Credentials {
  const colon = text.indexOf(":");
  if (colon < 1) throw new Complaint(`${place} is not of the form name:secret`);
  return { kind: "password", name: text.slice(0, colon), secret: text.slice(colon + 1).replace(/\0+$/, "") };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
