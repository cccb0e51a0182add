/**
 * A thread of its own that kills a process at the moment at which a large object appears: between that and the commit
 * there are only milliseconds, and the thread of the clients is busy.
 */
import { mkdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { pathsOf } from "../../local/data-folder.ts";
import { layoutOf } from "../../local/stores/directory-layout.ts";
import { dayOf } from "../../shared/registry/keyspace.ts";

export interface JoinTrigger {
  /** From now on the next object kills. */
  readonly arm: () => void;
  readonly isFired: () => boolean;
  readonly end: () => Promise<unknown>;
}

interface Trap {
  readonly folder: string;
  readonly pid: number;
  readonly flags: Int32Array;
}
const ARMED = 0;
const FIRED = 1;

export function setJoinTrigger(data: string, pid: number): JoinTrigger {
  const folder = join(layoutOf(pathsOf(data).blobs).objects, "blobs", dayOf(Date.now()));
  mkdirSync(folder, { recursive: true });
  const flags = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const trap: Trap = { folder, pid, flags };
  const worker = new Worker(new URL(import.meta.url), { workerData: trap });
  return {
    arm: () => void Atomics.store(flags, ARMED, 1),
    isFired: () => Atomics.load(flags, FIRED) === 1,
    end: () => worker.terminate(),
  };
}

/** A large object is a folder of parts, which appears by a rename. */
function lieInWait({ folder, pid, flags }: Trap): void {
  watch(folder, (_, name) => {
    if (Atomics.load(flags, ARMED) === 0 || !name?.endsWith(".object")) return;
    if (!statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory()) return;
    // The flag first: who finds its connection broken looks at it.
    if (Atomics.exchange(flags, FIRED, 1) === 0) process.kill(pid, "SIGKILL");
  });
}

const isTrap = (value: unknown): value is Trap =>
  typeof value === "object" && value !== null && "flags" in value;
if (!isMainThread && isTrap(workerData)) lieInWait(workerData);
