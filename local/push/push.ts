import type { Outgoing } from "../../shared/client/content.ts";
import { connect } from "../client/connect.ts";
import { interruption } from "../client/interruption.ts";
import { type BlobFate, createScreen, type Screen } from "../client/screen.ts";
import { troubleOf } from "../client/trouble.ts";
import { openUploadStates, stateFolder } from "../client/upload-states.ts";
import { inOneLine, jsonText } from "../printable.ts";
import { systemClock } from "../system-clock.ts";
import { chooseImages } from "./choose.ts";
import { type PushFlags, type PushOptions, parseOptions } from "./options.ts";
import { type Plan, planPush } from "./plan.ts";
import { EXIT_CODES, reportOf } from "./report.ts";
import { sendPlan } from "./send-plan.ts";
import { openSource } from "./source.ts";

const now = (): number => performance.now();

/** `berth push`: resolves with the exit code. Throws a Complaint where it can't begin. */
export async function push(path: string, reference: string, flags: PushFlags): Promise<number> {
  const options = parseOptions(reference, flags);
  const { target, selection, allowMissing, json } = options;
  const screen = createScreen({ lines: json ? undefined : process.stdout, live: process.stderr, now });
  const source = await openSource(path);
  const plan = await planPush(source, chooseImages(source, selection, target.tag), allowMissing);
  const begun = now();
  const fates = new Map<Outgoing, BlobFate>();
  const trouble = await troubleOf(() => carryOut({ plan, options, screen, fates }));
  const report = reportOf({ target, plan, fates, trouble, milliseconds: Math.round(now() - begun) });
  screen.erase();
  if (json) process.stdout.write(jsonText(report));
  if (trouble) process.stderr.write(`berth: ${inOneLine(trouble.message)}\n`);
  return EXIT_CODES[report.outcome];
}

interface Doing {
  readonly plan: Plan;
  readonly options: PushOptions;
  readonly screen: Screen;
  readonly fates: Map<Outgoing, BlobFate>;
}

async function carryOut({ plan, options, screen, fates }: Doing): Promise<void> {
  const { target, timeout } = options;
  const ending = interruption(EXIT_CODES.failed);
  const { signal } = ending;
  const { base } = target;
  const line = { base, timeout, signal, trusted: options.trusted, say: screen.say };
  const client = await connect({ ...line, variable: "BERTH_CREDENTIALS" });
  try {
    const place = [target.base.origin, target.repo] as const;
    const states = await openUploadStates({ folder: stateFolder(process.env), place }, systemClock.now());
    const remote = client.remote(target.repo);
    await sendPlan({
      plan,
      options,
      screen,
      fates,
      remote,
      states,
      stop: (cause) => ending.abort(cause),
    });
  } finally {
    client.close();
  }
}
