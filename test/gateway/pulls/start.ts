import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Identity } from "../rights/identities.ts";
import type { Place } from "../template/template.ts";
import type { PullPlan } from "./pull-plan.ts";
import { type PullServer, startPullServer } from "./server.ts";

interface Around {
  readonly place: Place;
  /** where S3 is, and on what host it listens */
  readonly s3: string;
  readonly s3Host: string;
  /** by logical id */
  readonly identities: ReadonlyMap<string, Identity>;
  readonly folder: string;
  readonly log: (line: string) => void;
}

/** Starts what a stack has for pulls; undefined where it has nothing. `running` takes what is to be stopped. */
export async function startPulls(
  plan: PullPlan | undefined,
  { place: { region }, s3, s3Host: host, identities, folder, log }: Around,
  running: AsyncDisposableStack,
): Promise<PullServer | undefined> {
  const identity = plan && identities.get(plan.logicalId);
  if (plan === undefined || identity === undefined) return undefined;
  const kept = join(folder, "pulls");
  await mkdir(kept, { recursive: true });
  const server = await startPullServer({ plan, identity, region, s3, host, folder: kept, log });
  return running.adopt(server, ({ stop }) => stop());
}
