import { afterAll, beforeAll } from "vitest";
import { systemClock } from "../../../local/system-clock.ts";
import { createLogIn } from "../../../shared/auth/log-in.ts";
import { createTokenEndpoint } from "../../../shared/auth/token-endpoint.ts";
import { type RunningServer, startServer } from "../../../shared/server/server.ts";
import { collectDefects } from "../../support/defects.ts";
import { SERVICE, type TestTokens, testTokens } from "./keys.ts";
import { type People, people } from "./people.ts";
import { UNTHROTTLED } from "./unthrottled.ts";

export interface TokenServer {
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  readonly tokens: () => TestTokens;
  readonly people: People;
}

/** The token endpoint behind a socket, for all tests of the file that calls this. */
export function tokenServer(): TokenServer {
  const defects = collectDefects();
  const everyone = people();
  let server: RunningServer | undefined;
  let tokens: TestTokens | undefined;
  beforeAll(async () => {
    tokens = await testTokens(systemClock);
    const handler = createTokenEndpoint({
      service: SERVICE,
      tokens,
      logIn: createLogIn(everyone, systemClock, UNTHROTTLED),
      again: everyone.again,
      rightsOf: everyone.rightsOf,
      clock: systemClock,
      throttle: UNTHROTTLED,
      onUnavailable: (error) => defects.log.error({ err: error }, "unavailable"),
    });
    const settings = { host: "127.0.0.1", port: 0, idleMilliseconds: 10_000, maxConnections: 100 };
    server = await startServer({ settings, handler, log: defects.log });
  });
  afterAll(async () => {
    await server?.stop(1000);
    defects.check();
  });
  return {
    ask: (path, init) => fetch(new URL(path, server?.url), { redirect: "manual", ...init }),
    tokens: () => {
      if (tokens === undefined) throw new Error("the server runs only while tests do");
      return tokens;
    },
    people: everyone,
  };
}

export const basic = (name: string, secret: string): RequestInit => ({
  headers: { Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}` },
});

export const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
});
