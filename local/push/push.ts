import { setTimeout as sleep } from "node:timers/promises";
import { type Ask, type Client, createClient } from "../client/client.ts";
import { demandRegistry } from "../client/demand-registry.ts";
import { Complaint } from "../complaint.ts";
import { onSignals } from "../signals.ts";
import { systemClock } from "../system-clock.ts";
import { chooseImages } from "./choose.ts";
import { type PushFlags, type PushOptions, parseOptions } from "./options.ts";
import { isTransient, Patience, PushFailure, type Waiting } from "./patience.ts";
import { type Plan, type PlannedBlob, planPush } from "./plan.ts";
import { EXIT_CODES, reportOf } from "./report.ts";
import { type BlobFate, createScreen, type Screen } from "./screen.ts";
import { sendPlan } from "./send-plan.ts";
import { openSource } from "./source.ts";
import { openUploadStates, stateFolder } from "./upload-states.ts";

const now = (): number => performance.now();

/** `berth push`: resolves with the exit code. Throws a Complaint where it can't begin. */
export async function push(path: string, reference: string, flags: PushFlags): Promise<number> {
  const options = parseOptions(reference, flags);
  const { target, selection, allowMissing, json } = options;
  const screen = createScreen({ lines: json ? undefined : process.stdout, live: process.stderr, now });
  const source = await openSource(path);
  const plan = await planPush(source, chooseImages(source, selection, target.tag), allowMissing);
  const begun = now();
  const fates = new Map<PlannedBlob, BlobFate>();
  const failure = await failureOf(() => carryOut({ plan, options, screen, fates }));
  const report = reportOf({ target, plan, fates, failure, milliseconds: Math.round(now() - begun) });
  screen.erase();
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (failure) process.stderr.write(`berth: ${failure.message}\n`);
  return EXIT_CODES[report.outcome];
}

async function failureOf(work: () => Promise<void>): Promise<Complaint | PushFailure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof Complaint || error instanceof PushFailure) return error;
    throw error;
  }
}

interface Doing {
  readonly plan: Plan;
  readonly options: PushOptions;
  readonly screen: Screen;
  readonly fates: Map<PlannedBlob, BlobFate>;
}

async function carryOut({ plan, options, screen, fates }: Doing): Promise<void> {
  const { target, timeout } = options;
  const interruption = new AbortController();
  const { signal } = interruption;
  onSignals(
    () => interruption.abort(new PushFailure("interrupted: the same command goes on where this one ended")),
    () => process.exit(EXIT_CODES.failed),
  );
  const waiting: Waiting = {
    now: systemClock.now,
    random: systemClock.random,
    pause: pauseUntil(signal),
    say: screen.say,
  };
  const client = createClient({ base: target.base, timeout, signal });
  try {
    await demandRegistry({ base: target.base, send: (ask) => answered(client, ask, waiting) });
    const place = [target.base.origin, target.repo] as const;
    const states = await openUploadStates({ folder: stateFolder(process.env), place }, systemClock.now());
    const remote = { client, repo: target.repo, waiting };
    await sendPlan({
      plan,
      options,
      screen,
      fates,
      remote,
      states,
      stop: (cause) => interruption.abort(cause),
    });
  } finally {
    client.close();
  }
}

/** Rejects with the signal's own reason where that comes first. */
const pauseUntil = (signal: AbortSignal) => async (milliseconds: number) => {
  await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
};

/** A registry that is busy is one; only where nobody answers at all, waiting helps nobody. */
async function answered(client: Client, ask: Ask, waiting: Waiting) {
  const patience = new Patience(waiting);
  for (;;) {
    const answer = await client.send(ask);
    if (!isTransient(answer)) return answer;
    await patience.failed(answer);
  }
}
