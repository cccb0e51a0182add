import { onTestFinished } from "vitest";
import type { Difference } from "../../client/support/clients.ts";
import { startDaemon } from "../../clients/support/daemon.ts";
import { freePort } from "../../support/free-port.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import type { Login } from "./logins.ts";
import { startTokenIssuer } from "./token-issuer.ts";

/** A registry of somebody else's. */
export interface OtherRegistry {
  readonly name: string;
  /** Starts an empty one, for the test that runs. */
  readonly start: (login: Login) => Promise<RunningRegistry>;
  /** how it can ask for a login */
  readonly logins: readonly ("basic" | "bearer")[];
  readonly differences: readonly Difference[];
}

export interface RunningRegistry {
  readonly host: string;
  readonly url: string;
  /** host of the token server that it sends its callers to */
  readonly realm?: string;
}

/** Starts it with the login of that name; where that needs an issuer of tokens, with one. */
export async function startWith(
  { start }: OtherRegistry,
  login: "none" | "basic" | "bearer",
): Promise<RunningRegistry> {
  if (login !== "bearer") return start(login);
  const issuer = await startTokenIssuer();
  return { ...(await start(issuer)), realm: new URL(issuer.realm).host };
}

/**
 * Starts a registry's program for the test that runs, on a free port, with a folder of its own; `command` may write its
 * settings there.
 */
export async function startProgram(
  command: (place: { readonly folder: string; readonly port: number }) => Promise<readonly string[]>,
): Promise<RunningRegistry> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const url = `http://${host}`;
  const daemon = await startDaemon(await command({ folder: folder.path, port }), () => fetch(`${url}/v2/`));
  onTestFinished(async () => {
    await daemon.stop();
    await folder.remove();
  });
  return { host, url };
}
