import { BLOB_LIMITS, type Blobs, type Multipart } from "../../shared/ports/blobs.ts";
import { collect, sameBytes } from "../support/bodies.ts";
import { createPowerCutDisk } from "../support/power-cut-fs.ts";
import { afterPowerCut, type DiskState } from "../support/power-cut-state.ts";
import { type Found, openOn, partName, type Run, uploadName } from "./blobs-scenario.ts";

/** What may be found, and of what it is told. */
export interface Promises {
  readonly objects: readonly string[];
  readonly uploads: ReadonlyMap<string, Multipart>;
  readonly allowed: (name: string) => readonly Found[];
}

/** What a run promised by the time that its disk was in state `at`. */
export const promisesOf = ({ ledger, uploads }: Run, at: number): Promises => ({
  objects: ledger.names().filter((name) => !name.includes(" ")),
  uploads,
  allowed: (name) => ledger.allowed(name, at),
});

/** What is wrong with what is found on a disk; undefined where everything is as it may be. */
export async function inspect(state: DiskState, promises: Promises): Promise<string | undefined> {
  try {
    return await complaintAbout(state, promises);
  } catch (error) {
    return String(error);
  }
}

async function complaintAbout(
  state: DiskState,
  { objects, uploads, allowed }: Promises,
): Promise<string | undefined> {
  const blobs = await openOn(createPowerCutDisk(state).fs, "inspector");
  const listed = (await blobs.list("")).entries.map(({ key }) => key);
  for (const key of new Set([...listed, ...objects])) {
    const body = await blobs.read(key);
    const found = body ? await collect(body) : "absent";
    if (!allowed(key).some((one) => same(one, found))) return `${key} is torn, lost, or back`;
  }
  const open = new Set((await blobs.listMultiparts("")).entries.map(uploadName));
  for (const [name, multipart] of uploads) {
    const [may, ...more] = allowed(name);
    if (may === "absent" && more.length === 0 && open.has(name)) return `${name} is back`;
    if (may !== "open" || more.length > 0) continue;
    if (!open.has(name)) return `${name} is lost`;
    const complaint = await completeOpen(blobs, multipart, allowed);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** Completes an upload that must be there, with the parts that must be there. */
async function completeOpen(
  blobs: Blobs,
  multipart: Multipart,
  allowed: (name: string) => readonly Found[],
): Promise<string | undefined> {
  const acknowledged = [1, 2, 3].flatMap((number) => {
    const [part, ...more] = allowed(partName(multipart, number));
    return typeof part === "object" && "part" in part && more.length === 0 ? [part] : [];
  });
  const known = acknowledged.filter(
    ({ part }, at) => part.size >= BLOB_LIMITS.minPart || at === acknowledged.length - 1,
  );
  if (known.length === 0) return undefined;
  const listed = known.map(({ part }) => part);
  const { outcome } = await blobs.completeMultipart(multipart, listed);
  if (outcome === "gone") return `${uploadName(multipart)} is listed but gone`;
  const body = await blobs.read(multipart.key);
  const found = body ? await collect(body) : "absent";
  return same(Buffer.concat(known.map(({ bytes }) => bytes)), found) ? undefined : `${multipart.key} is torn`;
}

const same = (one: Found, found: Buffer | "absent"): boolean =>
  one instanceof Buffer && found instanceof Buffer ? sameBytes(one, found) : one === found;

/** Cuts the power so that nothing survives that was not synced, and in other ways. */
export function* cutsOf(state: DiskState, ways: number): Generator<DiskState> {
  yield afterPowerCut(state);
  for (let seed = 1; seed <= ways; seed += 1) yield afterPowerCut(state, chanceOf(seed));
}

/** A small generator of chances (mulberry32): the same for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
