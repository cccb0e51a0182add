import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { patterned } from "../../support/bodies.ts";
import {
  ask,
  chunkFrom,
  closing,
  digestOf,
  type Heard,
  offsetOf,
  patchWhole,
  piecesOf,
  putEmpty,
  statusOf,
} from "./door-client.ts";
import type { DoorStand } from "./door-stand.ts";

const MIB = 1024 * 1024;
/** Two parts, as the plan has them: 16 MiB and the rest. */
const LAYER = 22 * MIB;
/** One part, and no tail. */
export const SMALL_LAYER = 6 * MIB;
/** Within 5 MiB behind the first part. */
const BREAK = 16 * MIB + 12_345;

export interface Layer {
  readonly bytes: Uint8Array;
  readonly digest: string;
}
export function layerOf(seed: string, size = LAYER): Layer {
  const bytes = patterned(size, seed);
  return { bytes, digest: digestOf(bytes) };
}

/** What a client was told of its push. */
export interface Told {
  /** of each request, in their order */
  readonly statuses: readonly (number | "cut")[];
  /** bytes that an answer has acknowledged */
  readonly acknowledged: number;
  readonly created: boolean;
}
type Run = (door: DoorStand, path: string, layer: Layer) => Promise<Told>;
/** How a client pushes a layer to an upload, and how it tries again there after it was not told of a success. */
export interface Push {
  /** what has been before */
  readonly begun?: (door: DoorStand, path: string, layer: Layer) => Promise<void>;
  readonly run: Run;
  readonly again: Run;
}

/** As docker and podman do it: one PATCH without a length, and an empty PUT. */
export const byPatch: Push = {
  run: async (door, path, { bytes, digest }) => {
    const patched = await patchWhole(door.port, path, bytes);
    if (statusOf(patched) !== 202) return told([patched], 0);
    const put = await putEmpty(door.port, path, digest);
    return told([patched, put], bytes.length);
  },
  again: (door, path, layer) => goOn(door, path, layer),
};

const put: Run = async (door, path, { bytes, digest }) =>
  told([await ask(door.port, { method: "PUT", path: closing(path, digest), body: bytes })], 0);

/** As oras and helm do it. */
export const byPut: Push = { run: put, again: put };

/** A client whose PATCH broke off asks where the upload stands, and goes on behind that. */
export const byGoingOn: Push = {
  begun: (door, path, layer) => breakOff(door, path, layer),
  run: (door, path, layer) => goOn(door, path, layer),
  again: (door, path, layer) => goOn(door, path, layer),
};

/** Sends a PATCH as far as `at`, breaks off, and waits until the door has done with it. */
export function breakOff(door: DoorStand, path: string, { bytes }: Layer, at = BREAK): Promise<void> {
  const headers = { "Content-Length": String(bytes.length) };
  async function* body() {
    yield* piecesOf(bytes.subarray(0, at));
    await sleep(20);
    throw new Error("the client goes away");
  }
  return untilCut(door, () =>
    ask(door.port, { method: "PATCH", path, body: Readable.from(body()), headers }),
  );
}

/** Does what cuts a request of the door short, and waits until the door has done with what came of it. */
export async function untilCut(door: DoorStand, cut: () => Promise<unknown>): Promise<void> {
  const cuts = (): number => door.output().split("cut short").length;
  const before = cuts();
  await cut();
  while (cuts() === before) await sleep(20);
}

/** Goes on where the upload stands, to its end; one that has ended may have ended well, which a repeated PUT tells. */
export async function goOn(door: DoorStand, path: string, { bytes, digest }: Layer): Promise<Told> {
  const status = await ask(door.port, { method: "GET", path });
  const heard: Heard[] = [status];
  const from = statusOf(status) === 204 ? offsetOf(status) : 0;
  if (statusOf(status) === 204 && from < bytes.length) {
    heard.push(await ask(door.port, { method: "PATCH", path, ...chunkFrom(bytes, from) }));
    if (statusOf(heard[1]) !== 202) return told(heard, from);
  }
  heard.push(await putEmpty(door.port, path, digest));
  return told(heard, from);
}

function told(heard: readonly Heard[], acknowledged: number): Told {
  const statuses = heard.map(statusOf);
  return { statuses, acknowledged, created: statuses.at(-1) === 201 };
}
