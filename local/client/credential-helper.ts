import { execFile } from "node:child_process";
import type { Credentials } from "../../shared/client/auth/credentials.ts";
import { Complaint, causeOf } from "../complaint.ts";

const NAME = /^[\w.-]+$/;
/** A helper may ask a person to unlock something. */
const PATIENCE_MILLISECONDS = 120_000;
/** What it calls the user where the secret is a refresh token. */
const TOKEN_USER = "<token>";

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

/**
 * Asks `docker-credential-<helper> get` (docker-credential-helpers' protocol: the server's name goes in by stdin, JSON
 * comes out). Undefined where it has nothing for that name. Complaint where it can't be asked, without what it said:
 * that may be a secret.
 */
export async function askHelper(
  helper: string,
  server: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  if (!NAME.test(helper))
    throw new Complaint(`'${helper}' in docker's config can be no name of a credential helper`);
  const { code, stdout } = await run(program, server, variables);
  if (code !== 0) {
    if (/credentials not found/i.test(stdout)) return undefined;
    throw new Complaint(`${program}, which docker's config names for ${server}, ended with ${code}`);
  }
  return credentialsIn(stdout, program);
}

function run(
  program: string,
  input: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Ended> {
  const options = { env: { ...variables }, timeout: PATIENCE_MILLISECONDS };
  return new Promise((resolve, reject) => {
    const child = execFile(program, ["get"], options, (cause, stdout) => {
      if (cause === null) resolve({ code: 0, stdout });
      else if (typeof cause.code === "number") resolve({ code: cause.code, stdout });
      else
        reject(
          new Complaint(`can't run ${program}, which docker's config names (${causeOf(cause)})`, { cause }),
        );
    });
    // One that does not read is heard by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function credentialsIn(stdout: string, program: string): Credentials {
  const { Username: name, Secret: secret } = objectFrom(stdout);
  if (typeof name !== "string" || typeof secret !== "string") {
    throw new Complaint(`${program} answered no JSON with Username and Secret`);
  }
  return name === TOKEN_USER ? { kind: "identity-token", token: secret } : { kind: "password", name, secret };
}

function objectFrom(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
