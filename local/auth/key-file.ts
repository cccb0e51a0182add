import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateKey } from "../../shared/auth/jwt.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { Complaint, causeOf } from "../complaint.ts";
import { makeFolder, syncFolder } from "../data-folder.ts";
import { isDue, type KeyRing, newRing, rotated } from "./key-ring.ts";

const FILE = "signing-keys.json";
/** of a mode: what others than the owner may do */
const OTHERS = 0o077;
const REPLACE = "remove it to have new ones; whoever is logged in has to log in again";

/**
 * The keys that sign the tokens of the registry in a data folder: made where there are none, with a new one where the
 * one in use is old. They are on the disk before a token is signed. Throws a Complaint where others may read them.
 */
export async function openKeyRing(
  data: string,
  { now, newId }: Pick<Clock, "now" | "newId">,
): Promise<KeyRing> {
  const folder = join(data, "auth");
  try {
    makeFolder(folder);
    const found = read(join(folder, FILE));
    if (found !== undefined && !isDue(found, now())) return found;
    const key = await generateKey();
    const ring = found ? rotated(found, key, now()) : newRing(`berth-${newId()}`, key, now());
    write(join(folder, FILE), ring);
    return ring;
  } catch (error) {
    if (error instanceof Complaint) throw error;
    throw new Complaint(`can't keep the keys of tokens in ${folder} (${causeOf(error)}): mend that folder`);
  }
}

function read(path: string): KeyRing | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  refuseOthers(dirname(path), statSync(dirname(path)).mode);
  refuseOthers(path, found.mode);
  const ring = parsed(readFileSync(path, "utf8"));
  if (typeof ring?.service === "string" && ring.signing && Array.isArray(ring.retired))
    return ring as KeyRing;
  throw new Complaint(`${path} holds no keys of tokens: ${REPLACE}`);
}

/** Whoever has read a key can sign tokens for everything: to forbid it from now on is not enough. */
function refuseOthers(path: string, mode: number): void {
  if ((mode & OTHERS) === 0) return;
  throw new Complaint(
    `others than its owner may open ${path} (mode ${(mode & 0o777).toString(8)}), where the keys of tokens are: ` +
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
