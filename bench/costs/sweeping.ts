import type { SweepCalls } from "../../test/costs/support/sweeps.ts";
import { ASSUMED, MONTH_SWEEPS } from "./assumptions.ts";
import { GIB, gigabyteSeconds, millisecondsOf, sum, times, type Usage, usageOfCalls } from "./usage.ts";

/** Objects in a page of a listing, as S3 has it. */
const PAGE = 1000;

/** What one sweep looks at. */
export interface SweepModel {
  /** days that it lists */
  readonly days: number;
  readonly idle: Usage;
  /** milliseconds; but for the handler, assumed */
  readonly idleMilliseconds: number;
  /** for each object that was pushed within those days */
  readonly perObject: Usage;
  readonly perObjectMilliseconds: number;
}

export function sweepModel({ idle, busy, objects }: SweepCalls): SweepModel {
  const idleMilliseconds = millisecondsOf("sweep", idle, 0);
  const more = sum(usageOfCalls(busy), times(-1, usageOfCalls(idle)));
  return {
    days: idle.filter(({ operation }) => operation === "ListMultipartUploads").length,
    idle: usageOfCalls(idle),
    idleMilliseconds,
    perObject: times(1 / objects, more),
    perObjectMilliseconds: (millisecondsOf("sweep", busy, 0) - idleMilliseconds) / objects,
  };
}

/** milliseconds of one sweep; but for the handler, assumed */
export const sweepMilliseconds = (model: SweepModel, objects: number): number =>
  model.idleMilliseconds + objects * model.perObjectMilliseconds;

/** A month's sweeps, where so many objects were pushed within the days that each of them lists. */
export function sweepsUsage(model: SweepModel, objects: number): Usage {
  const pages = Math.max(1, Math.ceil(objects / model.days / PAGE));
  const one = sum(model.idle, times(objects, model.perObject), {
    s3Puts: (pages - 1) * model.days,
    lambdaRequests: 1,
    lambdaSeconds: gigabyteSeconds("sweep", sweepMilliseconds(model, objects)),
    logs: ASSUMED.logBytes / GIB,
    scheduledEvents: 1,
  });
  return times(MONTH_SWEEPS, one);
}
