import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateKey } from "../../shared/auth/jwt.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { Complaint, causeOf } from "../complaint.ts";
import { makeFolder, syncFolder } from "../data-folder.ts";
import { isOpenToOthers, modeText } from "../private.ts";
import { dueIn, type KeyRing, newRing, rotated } from "./key-ring.ts";

const FILE = "signing-keys.json";
const REPLACE = "remove it to have new ones; whoever is logged in has to log in again";

/**
 * The keys that sign the tokens of the registry in a data folder: made where there are none, with a new one where the
 * one in use is old. They are on the disk before a token is signed. Throws a Complaint where others may read them.
 */
export async function openKeyRing(
  data: string,
  { now, newId }: Pick<Clock, "now" | "newId">,
): Promise<KeyRing> {
  const found = await orComplain(data, () => {
    makeFolder(folderIn(data));
    return read(fileIn(data));
  });
  return found === undefined
    ? written(data, newRing(`berth-${newId()}`, await generateKey(), now()))
    : renewedKeyRing(data, found, now());
}

/**
 * The same ring; or, where the key that signs is old at `now` (milliseconds since 1970), one with a new key, which is on
 * the disk before it signs. Throws a Complaint where it can't be written.
 */
export async function renewedKeyRing(data: string, ring: KeyRing, now: number): Promise<KeyRing> {
  return dueIn(ring, now) > 0 ? ring : written(data, rotated(ring, await generateKey(), now));
}

const folderIn = (data: string): string => join(data, "auth");
const fileIn = (data: string): string => join(folderIn(data), FILE);

const written = (data: string, ring: KeyRing): Promise<KeyRing> =>
  orComplain(data, () => {
    write(fileIn(data), ring);
    return ring;
  });

async function orComplain<Result>(data: string, work: () => Result): Promise<Result> {
  try {
    return work();
  } catch (error) {
    if (error instanceof Complaint) throw error;
    const why = `can't keep the keys of tokens in ${folderIn(data)} (${causeOf(error)})`;
    throw new Complaint(`${why}: mend that folder`, { cause: error });
  }
}

function read(path: string): KeyRing | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  refuseOthers(dirname(path), statSync(dirname(path)).mode);
  refuseOthers(path, found.mode);
  const ring = parsed(readFileSync(path, "utf8"));
  if (ring && holdsKeys(ring)) return ring;
  throw new Complaint(`${path} holds no keys of tokens: ${REPLACE}`);
}

/** Whether all of them are keys, of a time: what is damaged is told at the start, by the name of the file. */
function holdsKeys(ring: Partial<KeyRing>): ring is KeyRing {
  const { service, signing, retired } = ring;
  if (typeof service !== "string" || !signing || !Array.isArray(retired)) return false;
  try {
    createPrivateKey({ key: { ...signing }, format: "jwk" });
    const times = (retired as KeyRing["retired"]).map((key) => {
      createPublicKey({ key: { ...key }, format: "jwk" });
      return key.retired;
    });
    return [signing.created, ...times].every((time) => Number.isFinite(Date.parse(time)));
  } catch {
    return false;
  }
}

/** Whoever has read a key can sign tokens for everything: to forbid it from now on is not enough. */
function refuseOthers(path: string, mode: number): void {
  if (!isOpenToOthers(mode)) return;
  throw new Complaint(
    `others than its owner may open ${path} (mode ${modeText(mode)}), where the keys of tokens are: ` +
      `take that away with chmod go= and, if somebody may have read them, ${REPLACE}`,
  );
}

function parsed(text: string): Partial<KeyRing> | null {
  try {
    return JSON.parse(text) as Partial<KeyRing> | null;
  } catch {
    return null;
  }
}

/** Whole or not at all, also after a power cut. */
function write(path: string, ring: KeyRing): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(ring, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  syncFolder(dirname(path));
}
