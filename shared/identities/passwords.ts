import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { createTurns } from "./turns.ts";

/** What a guess costs (RFC 7914 § 2): `128 * 2 ** logN * r` bytes of memory, and time by the product of the three. */
export interface PasswordCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}
/** 16 MiB and some tenths of a second: of OWASP's equal choices (Password Storage Cheat Sheet) one with little memory. */
const COST: PasswordCost = { logN: 14, r: 8, p: 5 };

/**
 * So many hashes at a time, of 16 MiB each: a flood of logins takes its turn, and no memory from anything else. Passwords that
 * are being set have turns of their own: whoever does that has logged in.
 */
const TURNS = { tried: { running: 2, waiting: 64 }, set: { running: 1, waiting: 16 } };

const HASH_BYTES = 32;
/** The form in which crypt(3) and its kind write it; salt and hash are base64url. */
const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

const LENGTH = { least: 12, most: 256 } as const;
export const PASSWORD_RULE = `a password of ${LENGTH.least} to ${LENGTH.most} characters that does not begin as an access key does, with berth_`;

/** An access key's secret is never looked up as a password. */
export const isPassword = (text: string): boolean =>
  text.length >= LENGTH.least && text.length <= LENGTH.most && !text.startsWith("berth_");

export interface Passwords {
  /** The text to store; `salt` is a fresh secret. TOOMANYREQUESTS where too many wait, as `matches`. */
  readonly hash: (password: string, salt: string) => Promise<string>;
  /** As much work where nothing is `stored`. Those who try come `from` networks, which take turns. */
  readonly matches: (password: string, stored: string | undefined, from?: string) => Promise<boolean>;
}

export function createPasswords(cost: PasswordCost = COST): Passwords {
  const triedInTurn = createTurns(TURNS.tried);
  const setInTurn = createTurns(TURNS.set);
  return {
    hash: async (password, salt) => {
      const hash = await setInTurn(() => derived(password, salt, cost));
      return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$${salt}$${hash.toString("base64url")}`;
    },
    matches: async (password, stored, from) => {
      if (password.length > LONGEST_TRIED) return false;
      const derive = (salt: string, by: PasswordCost) => triedInTurn(() => derived(password, salt, by), from);
      if (stored === undefined) {
        await derive("", cost);
        return false;
      }
      const { salt, hash, ...by } = parsed(stored);
      return timingSafeEqual(await derive(salt, by), hash);
    },
  };
}

/** characters: more than the longest password has, however it is composed. Nothing longer is worth a look. */
export const LONGEST_TRIED = 4096;

function parsed(stored: string): PasswordCost & { readonly salt: string; readonly hash: Buffer } {
  const [, logN, r, p, salt, hash] = STORED.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) throw new Error("a stored password has no usable form");
  return { logN: Number(logN), r: Number(r), p: Number(p), salt, hash: Buffer.from(hash, "base64url") };
}

/** Keyboards differ in how they compose a character (RFC 8265 § 4.2.2). Off the event loop, in Node's pool of threads. */
function derived(password: string, salt: string, { logN, r, p }: PasswordCost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 2 * 128 * N * r };
  scrypt(password.normalize("NFC"), salt, HASH_BYTES, options, (error, hash) =>
    error ? reject(error) : resolve(hash),
  );
  return promise;
}
