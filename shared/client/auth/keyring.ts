import type { HttpClient } from "../messages.ts";
import type { Waiting } from "../patience.ts";
import type { Challenge } from "./challenges.ts";
import { basic, type Credentials, type FindCredentials } from "./credentials.ts";
import { realmOf, type TrustRealm } from "./realm.ts";
import { parseScopes, type Scopes, textsOf, union } from "./scopes.ts";
import { fetchToken } from "./token.ts";

export interface KeyringParts {
  /** the bare line to the registry and to its token server */
  readonly client: HttpClient;
  readonly credentials: FindCredentials;
  readonly trust: TrustRealm;
  readonly waiting: Waiting;
}

interface Held {
  readonly authorization: string;
  /** milliseconds since 1970 */
  readonly until: number;
}

/** A token that ends while its request is on the way is of no use. */
const MARGIN_MILLISECONDS = 10_000;

const NONE: Scopes = new Map();
const keyOf = (scopes: Scopes): string => textsOf(scopes).join(" ");
const scopesIn = ({ parameters }: Challenge): Scopes => parseScopes(parameters.get("scope") ?? "");

/** What one registry has asked for and been shown, so that only the first request of a kind goes twice. */
export class Keyring {
  readonly #parts: KeyringParts;
  readonly #tokens = new Map<string, Held>();
  readonly #fetching = new Map<string, Promise<string>>();
  #credentials: Promise<Credentials> | undefined;
  #renewed: Credentials | undefined;
  #challenge: Challenge | undefined;
  /** what the registry wanted beyond what a request's own scopes say, by those */
  readonly #more = new Map<string, Scopes>();

  constructor(parts: KeyringParts) {
    this.#parts = parts;
  }

  /** What a request shows without having been asked; undefined before the registry's first challenge. */
  async authorization(scopes: Scopes): Promise<string | undefined> {
    if (this.#challenge === undefined) return undefined;
    return this.#answerTo(this.#challenge, scopes);
  }

  /**
   * What to show after a 401 that the same request met; undefined where there is nothing (else) to show. Without a
   * challenge (so zot refuses a token that has ended), the last one stands.
   */
  async answer(
    challenges: readonly Challenge[],
    scopes: Scopes,
    shown: string | undefined,
  ): Promise<string | undefined> {
    const challenge =
      challenges.find(({ scheme }) => scheme === "bearer") ??
      challenges.find(({ scheme }) => scheme === "basic") ??
      (shown === undefined ? undefined : this.#challenge);
    if (challenge === undefined) return undefined;
    this.#challenge = challenge;
    if (challenges.includes(challenge)) this.#more.set(keyOf(scopes), scopesIn(challenge));
    this.#forget(shown);
    const authorization = await this.#answerTo(challenge, scopes);
    return authorization === shown ? undefined : authorization;
  }

  /** Who asks for ever more repositories would keep ever more tokens. */
  #dropEnded(now: number): void {
    for (const [key, { until }] of this.#tokens) {
      if (until <= now) this.#tokens.delete(key);
    }
  }

  #forget(shown: string | undefined): void {
    for (const [key, { authorization }] of this.#tokens) {
      if (authorization === shown) this.#tokens.delete(key);
    }
  }

  async #answerTo(challenge: Challenge, scopes: Scopes): Promise<string | undefined> {
    const credentials = await this.#find();
    if (credentials.kind === "registry-token") return `Bearer ${credentials.token}`;
    if (challenge.scheme === "bearer") return this.#token(challenge, scopes, credentials);
    return credentials.kind === "password" ? basic(credentials.name, credentials.secret) : undefined;
  }

  async #find(): Promise<Credentials> {
    const { credentials, client } = this.#parts;
    this.#credentials ??= credentials(client.base.host);
    try {
      return this.#renewed ?? (await this.#credentials);
    } catch (error) {
      // A helper may have been locked, or away: that need not last as long as the client.
      this.#credentials = undefined;
      throw error;
    }
  }

  async #token(
    challenge: Challenge,
    scopes: Scopes,
    credentials: Exclude<Credentials, { kind: "registry-token" }>,
  ): Promise<string> {
    const wanted = textsOf(union(scopes, this.#more.get(keyOf(scopes)) ?? NONE));
    const key = wanted.join(" ");
    const held = this.#tokens.get(key);
    if (held && held.until > this.#parts.waiting.now()) return held.authorization;
    const running = this.#fetching.get(key) ?? this.#fetch(challenge, wanted, credentials);
    this.#fetching.set(key, running);
    try {
      return await running;
    } finally {
      this.#fetching.delete(key);
    }
  }

  async #fetch(
    { parameters }: Challenge,
    scopes: readonly string[],
    credentials: Exclude<Credentials, { kind: "registry-token" }>,
  ): Promise<string> {
    const { client, trust, waiting } = this.#parts;
    const secret = credentials.kind !== "anonymous";
    const realm = realmOf(parameters.get("realm"), client.base, { trust, secret });
    const asked = waiting.now();
    const service = parameters.get("service");
    const { token, lifetime, refreshToken } = await fetchToken(
      { realm, service, scopes, credentials },
      this.#parts,
    );
    if (credentials.kind === "identity-token" && refreshToken !== undefined) {
      this.#renewed = { kind: "identity-token", token: refreshToken };
    }
    const authorization = `Bearer ${token}`;
    const until = asked + Math.max(lifetime - MARGIN_MILLISECONDS, lifetime / 2);
    this.#dropEnded(asked);
    this.#tokens.set(scopes.join(" "), { authorization, until });
    return authorization;
  }
}
