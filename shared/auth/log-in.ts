import { createHmac } from "node:crypto";
import type { Identity } from "../access/identity.ts";
import { HttpRefusal } from "../http/refusal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Authenticator, Credentials } from "./authenticate.ts";
import { FailedLogins } from "./failed-logins.ts";
import { Remembered } from "./remembered.ts";

/** milliseconds: how long what was revoked may still be taken. docs/authentication.md tells it */
const REMEMBERED_FOR = 60_000;
const MOST = 1000;

export interface Login extends Credentials {
  /** the address that they come from */
  readonly from: string;
}
/** TOOMANYREQUESTS for who failed too often with this name from this address. */
export type LogIn = (login: Login) => Promise<Identity | "unknown">;

/**
 * Remembers who showed what for a minute, so that a client which sends its password with each request is looked up once;
 * of what was shown only a keyed hash. What is wrong is not remembered.
 */
export function createLogIn(
  { authenticate, isGuessable = () => true }: Omit<Authenticator, "again">,
  { now, newSecret }: Clock,
): LogIn {
  const known = new Remembered<Identity>({ most: MOST, now });
  const failed = new FailedLogins(now);
  const running = new Map<string, Promise<Identity | "unknown">>();
  const secret = newSecret();
  const hashOf = ({ name, secret: shown }: Credentials): string =>
    createHmac("sha256", secret)
      .update(JSON.stringify([name, shown]))
      .digest("base64");

  const look = async (login: Login, hash: string): Promise<Identity | "unknown"> => {
    const { name, from } = login;
    const who = JSON.stringify([name.slice(0, 300), networkOf(from), ...(isGuessable(login) ? [] : [hash])]);
    const pause = failed.pause(who);
    if (pause > 0) throw tooMany(pause);
    failed.begin(who);
    const found = await authenticate(login).catch((error: unknown) => {
      failed.forget(who);
      throw error;
    });
    if (found === "unknown") return found;
    failed.forget(who);
    known.set(hash, found, now() + REMEMBERED_FOR);
    return found;
  };

  return async (login) => {
    const hash = hashOf(login);
    const remembered = known.get(hash);
    if (remembered !== undefined) return remembered;
    const looking = running.get(hash) ?? look(login, hash).finally(() => running.delete(hash));
    running.set(hash, looking);
    return looking;
  };
}

/** Whoever has one IPv6 address has all of its /64. */
function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  if (!address.includes(":") || address.includes(".")) return address;
  const groups = head.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill("0")].slice(0, 4).join(":");
}

function tooMany(pause: number): HttpRefusal {
  const seconds = Math.ceil(pause / 1000);
  return new HttpRefusal(
    "TOOMANYREQUESTS",
    { reason: `too many failed logins with this name: try again in ${seconds} s` },
    { "Retry-After": String(seconds) },
  );
}
