import { createHmac } from "node:crypto";
import { type Identity, nameOf } from "../access/identity.ts";
import { HttpRefusal } from "../http/refusal.ts";
import type { Clock } from "../ports/clock.ts";
import { type Authenticator, type Credentials, isRenewable, type Login } from "./authenticate.ts";
import { FailedLogins, type Guesser } from "./failed-logins.ts";
import { networkOf } from "./network.ts";
import { Remembered } from "./remembered.ts";
import { ANONYMOUS, type Throttle } from "./throttle/throttle.ts";

/** milliseconds: how long what was verified is not verified again */
const REMEMBERED_FOR = 60_000;
const MOST = 1000;

/** TOOMANYREQUESTS for who failed too often with this name from this address, and for who asks too much altogether. */
export type LogIn = (login: Login, trust: Trust) => Promise<Identity | "unknown">;

/**
 * What a secret that is remembered is worth: what it was, for a request that should cost no look at the table; or that it is
 * still its owner's is looked up, for a token, which lasts longer than the request. It is looked up in any case where this
 * process has taken somebody's way in away since: an account of the same name may be another's by now.
 */
export type Trust = "remembered" | "looked-up";

interface Known {
  readonly identity: Identity;
  /** what was changed by then: see Authenticator */
  readonly asOf: number;
}
const UNKNOWN = { identity: "unknown", asOf: 0 } as const;

/**
 * Remembers who showed what for a minute, so that a client which sends its password with each request is verified once; of
 * what was shown only a keyed hash. What is wrong is not remembered.
 */
export function createLogIn(
  { authenticate, again, changes = () => 0, kindOf = () => "guessable" }: Authenticator,
  { now, newSecret }: Clock,
  { check }: Pick<Throttle, "check">,
): LogIn {
  const known = new Remembered<Known>({ most: MOST, now });
  const failed = { guessable: new FailedLogins(now), unguessable: new FailedLogins(now) };
  const together = sharing<Identity | "unknown">();
  const hashOf = keyedHash(newSecret());

  const look = async (
    login: Login,
    hash: string,
    kind: keyof typeof failed,
  ): Promise<Identity | "unknown"> => {
    check({ name: ANONYMOUS, from: login.from });
    const network = networkOf(login.from);
    const guesser = { network, target: kind === "guessable" ? login.name : hash };
    begin(failed[kind], guesser);
    const asOf = changes();
    const found = await authenticate({ ...login, from: network }).catch((error: unknown) => {
      failed[kind].takeBack(guesser);
      throw error;
    });
    if (found === "unknown") return found;
    failed[kind].forget(guesser);
    known.set(hash, { identity: found, asOf }, now() + REMEMBERED_FOR);
    return found;
  };

  /** Somebody whom an issuer or AWS vouches for can't be looked up. */
  const remembered = async (hash: string, { from }: Login, trust: Trust): Promise<Identity | "unknown"> => {
    const { identity, asOf } = known.get(hash) ?? UNKNOWN;
    if (identity === "unknown" || !isRenewable(identity)) return identity;
    check({ name: nameOf(identity), from });
    const before = changes();
    if (trust === "remembered" && asOf === before) return identity;
    const still = await again(identity);
    if (still === "unknown") known.delete(hash);
    else known.replace(hash, { identity: still, asOf: before });
    return still;
  };

  return async (login, trust) => {
    const kind = kindOf(login);
    if (kind === "impossible") return "unknown";
    const hash = hashOf(login);
    const found = await remembered(hash, login, trust);
    if (found !== "unknown") return found;
    // Who comes after a way in was taken away does not share what was begun to be looked up before.
    return together(`${changes()} ${hash}`, () => look(login, hash, kind));
  };
}

/** Work that runs once for all who ask for the same while it does. */
function sharing<Answer>() {
  const running = new Map<string, Promise<Answer>>();
  return (key: string, work: () => Promise<Answer>): Promise<Answer> => {
    const begun = running.get(key) ?? work().finally(() => running.delete(key));
    running.set(key, begun);
    return begun;
  };
}

/** TOOMANYREQUESTS where there is still a pause. */
function begin(failed: FailedLogins, guesser: Guesser): void {
  const pause = failed.pause(guesser);
  if (pause > 0) throw tooMany(pause);
  failed.begin(guesser);
}

/** Of what was shown, so that it is not kept itself. */
const keyedHash =
  (key: string) =>
  ({ name, secret }: Credentials): string =>
    createHmac("sha256", key)
      .update(JSON.stringify([name, secret]))
      .digest("base64");

function tooMany(pause: number): HttpRefusal {
  const seconds = Math.ceil(pause / 1000);
  return new HttpRefusal(
    "TOOMANYREQUESTS",
    { reason: `too many failed logins with this name: try again in ${seconds} s` },
    { "Retry-After": String(seconds) },
  );
}
