import { content } from "../../spec/support/content.ts";
import type { Call } from "../counting/recorder.ts";
import { countedRegistry } from "./counted-registry.ts";
import { pushBlob } from "./image.ts";

/** The calls of a sweep that finds nothing, and how many more each object costs that was pushed lately. */
export interface SweepCalls {
  readonly idle: readonly Call[];
  /** with so many objects */
  readonly busy: readonly Call[];
  readonly objects: number;
}

/** as many as one batch reads */
const OBJECTS = 100;
const HOUR = 60 * 60 * 1000;

export async function countSweeps(): Promise<SweepCalls> {
  const registry = countedRegistry();
  await registry.sweep(0);
  const idle = await registry.sweep(HOUR);
  for (let at = 0; at < OBJECTS; at += 1) {
    await pushBlob(registry, "team/app", content(`object ${at}`));
  }
  await registry.sweep(HOUR);
  return { idle, busy: await registry.sweep(HOUR), objects: OBJECTS };
}
