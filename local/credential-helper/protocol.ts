import { AWS_NAME } from "../../shared/identities/credentials.ts";
import { registryHost } from "../../shared/identities/registry-host.ts";
import { Complaint } from "../complaint.ts";

export interface Helper {
  /** the password for the registry of this host */
  readonly passwordFor: (registry: string) => Promise<string>;
  readonly version: string;
}

const USAGE =
  "docker calls docker-credential-berth with get, store, erase, list or version, as ~/.docker/config.json tells it: " +
  '{"credHelpers": {"registry.example.com": "berth"}}';

/** For people, who are not docker. */
const HELP = `Logs in to a Berth with the AWS credentials that the aws command would take, and stores nothing.

${USAGE}

What docker would be given, or what is missing:
  echo registry.example.com | docker-credential-berth get

It holds a signed request to AWS STS, which tells the registry whose the credentials are, for a quarter of an hour.
Rules of the registry's policy name roles and users by their ARN. More: docs/identities.md`;

/**
 * The answer to a command of docker's (docker-credential-helpers, Development), which gives its input on stdin. Nothing is
 * ever kept: each password is signed when it is asked for. A Complaint where there is none to give.
 */
export async function answerDocker(
  command: string,
  input: string,
  { passwordFor, version }: Helper,
): Promise<string> {
  switch (command) {
    case "get":
      return JSON.stringify(await credentialsFor(input.trim(), passwordFor));
    case "store":
      return store(input);
    case "erase":
      return "";
    case "list":
      return "{}";
    case "version":
      return `docker-credential-berth ${version}`;
    case "--help":
    case "-h":
    case "help":
      return HELP;
    default:
      throw new Complaint(USAGE);
  }
}

async function credentialsFor(address: string, passwordFor: Helper["passwordFor"]) {
  const registry = registryHost(address);
  if (registry === undefined) throw new Complaint(`'${address.slice(0, 300)}' names no registry`);
  return { ServerURL: address, Username: AWS_NAME, Secret: await passwordFor(registry) };
}

/** `docker login` stores what it was given by `get`, and would fail if that were refused. Other credentials would be lost. */
function store(input: string): string {
  if (userOf(input) === AWS_NAME) return "";
  throw new Complaint(
    "docker-credential-berth logs in with AWS credentials and stores no others: take the registry out of credHelpers " +
      "in ~/.docker/config.json to log in with a user name and a password",
  );
}

function userOf(input: string): unknown {
  try {
    const value: unknown = JSON.parse(input);
    return (value as { readonly Username?: unknown } | null)?.Username;
  } catch {
    return undefined;
  }
}
