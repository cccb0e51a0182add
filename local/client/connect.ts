import { setTimeout as sleep } from "node:timers/promises";
import type { FindCredentials } from "../../shared/client/auth/credentials.ts";
import { createHttpClient } from "../../shared/client/http-client.ts";
import type { Answer, Ask } from "../../shared/client/messages.ts";
import { isTransient, Patience } from "../../shared/client/patience.ts";
import { createRegistryClient, type RegistryClient } from "../../shared/client/registry-client.ts";
import { systemClock } from "../system-clock.ts";
import { demandRegistry } from "./demand-registry.ts";
import { dockerCredentials, parsePair, type Variables } from "./docker-config.ts";

export interface Line {
  readonly base: URL;
  /** milliseconds in which nothing moves, after which a request is given up */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** hosts of token servers that may see the credentials */
  readonly trusted: readonly string[];
  /** the variable that may hold `name:secret`; else docker's config is looked into */
  readonly variable: string;
}

/** A client for a registry that people have named; on the signal, all that it does ends. Complaint where there is none. */
export async function connect(line: Line): Promise<RegistryClient> {
  const { base, timeout, signal, say, trusted, variable } = line;
  const client = createRegistryClient({
    http: createHttpClient({ base, timeout, signal }),
    credentials: credentialsFrom(process.env, variable),
    trust: (realm) => trusted.includes(realm.host),
    clock: { now: systemClock.now, random: systemClock.random, sleep: pauseUntil(signal) },
    say,
  });
  try {
    await demandRegistry({ base, send: (ask) => answered(client.asking, ask) });
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** A registry that is busy is one; only where nobody answers at all, waiting helps nobody. */
async function answered({ client, waiting }: RegistryClient["asking"], ask: Ask): Promise<Answer> {
  const patience = new Patience(waiting);
  for (;;) {
    const answer = await client.send(ask);
    if (!isTransient(answer)) return answer;
    await patience.failed(answer);
  }
}

/** Those in the variable, else those of `docker login`. */
export const credentialsFrom =
  (variables: Variables, name: string): FindCredentials =>
  async (host) => {
    const pair = variables[name];
    return pair === undefined || pair === "" ? dockerCredentials(variables)(host) : parsePair(pair, name);
  };

/** Rejects with the signal's own reason where that comes first. */
const pauseUntil = (signal: AbortSignal) => async (milliseconds: number) => {
  await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
};
