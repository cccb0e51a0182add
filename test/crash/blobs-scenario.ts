import { openDirectoryBlobs } from "../../local/stores/directory-blobs.ts";
import type { FileSystem } from "../../local/stores/file-system.ts";
import {
  BLOB_LIMITS,
  BlobStoreUnavailableError,
  type Blobs,
  type Multipart,
  type Part,
} from "../../shared/ports/blobs.ts";
import { bodyOf, patterned } from "../support/bodies.ts";
import { createPowerCutDisk, type PowerCutDisk, type Trouble } from "../support/power-cut-fs.ts";
import { createLedger, type Ledger } from "./ledger.ts";

const ROOT = "/srv/berth/blobs";

/** What a name stands for: an object's bytes, an upload that is open, an acknowledged part. */
export type Found = "absent" | "open" | Buffer | { readonly part: Part; readonly bytes: Buffer };

/** Opens the store as a process does that starts. Ids are counted, so that runs are alike. */
export function openOn(fs: FileSystem, process = "a"): Promise<Blobs> {
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `${process}${ids}`;
  };
  return openDirectoryBlobs({ root: ROOT, fs, newId });
}

/** What a client would do again that got no answer. */
export type Again = (blobs: Blobs) => Promise<unknown>;

/** A run of the scenario: the disk, what was promised at which state, and what was under way. */
export interface Run {
  readonly disk: PowerCutDisk;
  readonly ledger: Ledger<Found>;
  readonly uploads: ReadonlyMap<string, Multipart>;
  readonly steps: readonly {
    outcomes: ReadonlyMap<string, Found>;
    began: number;
    ended: number;
    again: Again;
  }[];
}

const small = (seed: string) => patterned(3000, seed);
const BIG = patterned(BLOB_LIMITS.minPart, "big");

export const uploadName = ({ key, id }: Multipart): string => `upload ${key} ${id}`;
export const partName = (multipart: Multipart, number: number) =>
  `part ${multipart.key} ${multipart.id} ${number}`;

export interface Scenario {
  readonly trouble?: Trouble;
  /** objects join two parts, of which the first must be large; without it, only small ones, which is much quicker */
  readonly joins?: boolean;
}

/** Every operation that changes something; each is tried once more where the store says that it can't now. */
export async function runScenario({ trouble = {}, joins = false }: Scenario = {}): Promise<Run> {
  const disk = createPowerCutDisk(undefined, trouble);
  const now = () => disk.states.length - 1;
  const ledger = createLedger<Found>("absent", now);
  const uploads = new Map<string, Multipart>();
  const steps: Run["steps"][number][] = [];
  const blobs = await insist(() => openOn(disk.fs));

  const step = async (outcomes: [string, Found][], work: Again) => {
    const began = now();
    await ledger.during(
      () => insist(() => work(blobs)),
      () => outcomes,
    );
    steps.push({ outcomes: new Map(outcomes), began, ended: now(), again: work });
  };
  const put = (key: string, bytes: Buffer) => step([[key, bytes]], (on) => on.put(key, bodyOf(bytes)));
  const remove = (key: string) => step([[key, "absent"]], (on) => on.remove(key));
  const create = (key: string) =>
    ledger.during(
      () => insist(() => blobs.createMultipart(key)),
      (multipart) => {
        uploads.set(uploadName(multipart), multipart);
        return [[uploadName(multipart), "open"]];
      },
    );
  const addPart = (multipart: Multipart, number: number, bytes: Buffer) =>
    ledger.during(
      () => insist(() => storePart(blobs, multipart, { number, bytes })),
      (part) => [[partName(multipart, number), { part, bytes }]],
    );

  await put("tails/2026-11-24/first", small("first"));
  await put("tails/2026-11-24/replaced", small("older"));
  await put("tails/2026-11-24/replaced", small("newer"));
  const completed = await create("blobs/2026-11-24/completed");
  const one = await addPart(completed, 1, joins ? BIG : small("not listed"));
  await addPart(completed, 2, small("replaced"));
  const two = await addPart(completed, 2, small("replacing"));
  await addPart(completed, 3, small("not listed"));
  const whole = Buffer.concat(joins ? [BIG, small("replacing")] : [small("replacing")]);
  await step(
    [
      [completed.key, whole],
      [uploadName(completed), "absent"],
    ],
    (on) => complete(on, completed, joins ? [one, two] : [two]),
  );
  const aborted = await create("blobs/2026-11-25/aborted");
  await addPart(aborted, 1, small("aborted"));
  await step([[uploadName(aborted), "absent"]], (on) => on.abortMultipart(aborted));
  const open = await create("blobs/2026-11-25/open");
  await addPart(open, 1, joins ? BIG : small("too small to be joined"));
  await addPart(open, 2, small("open"));
  await put("manifests/2026-11-25/late", small("late"));
  await remove("tails/2026-11-24/first");
  await remove(completed.key);
  return { disk, ledger, uploads, steps };
}

async function complete(on: Blobs, multipart: Multipart, parts: readonly Part[]): Promise<void> {
  const { outcome } = await on.completeMultipart(multipart, parts);
  if (outcome === "gone" && (await on.head(multipart.key)) === undefined)
    throw new Error("neither upload nor object");
}

async function storePart(
  on: Blobs,
  multipart: Multipart,
  { number, bytes }: { number: number; bytes: Buffer },
): Promise<Part> {
  const stored = await on.uploadPart(multipart, number, bodyOf(bytes));
  if (stored.outcome === "gone") throw new Error("the upload should be there");
  return stored.part;
}

async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BlobStoreUnavailableError)) throw error;
    return work();
  }
}
