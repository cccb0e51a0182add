import type { Outgoing } from "../../shared/client/content.ts";
import type { RegistryClient } from "../../shared/client/registry-client.ts";
import { connect } from "../client/connect.ts";
import { interruption } from "../client/interruption.ts";
import { type BlobFate, createScreen, type Screen } from "../client/screen.ts";
import { troubleOf } from "../client/trouble.ts";
import { openUploadStates, stateFolder } from "../client/upload-states.ts";
import { inOneLine, jsonText } from "../printable.ts";
import { systemClock } from "../system-clock.ts";
import { type CopyFlags, type CopyOptions, parseOptions } from "./options.ts";
import { type CopyPlan, planCopy } from "./plan.ts";
import { EXIT_CODES, reportOf } from "./report.ts";
import { sendCopy } from "./send-copy.ts";

const now = (): number => performance.now();

/** `berth copy`: resolves with the exit code. Throws a Complaint where the command can't be understood. */
export async function copy(source: string, target: string, flags: CopyFlags): Promise<number> {
  const options = parseOptions(source, target, flags);
  const screen = createScreen({
    lines: options.json ? undefined : process.stdout,
    live: process.stderr,
    now,
  });
  const begun = now();
  const doing: Doing = { options, screen, fates: new Map(), plan: undefined };
  const trouble = await troubleOf(() => carryOut(doing));
  const { plan, fates } = doing;
  const report = reportOf({ options, plan, fates, trouble, milliseconds: Math.round(now() - begun) });
  screen.erase();
  if (options.json) process.stdout.write(jsonText(report));
  if (trouble) process.stderr.write(`berth: ${inOneLine(trouble.message)}\n`);
  return EXIT_CODES[report.outcome];
}

interface Doing {
  readonly options: CopyOptions;
  readonly screen: Screen;
  readonly fates: Map<Outgoing, BlobFate>;
  /** once the source was read */
  plan: CopyPlan | undefined;
}

async function carryOut(doing: Doing): Promise<void> {
  const { options, screen } = doing;
  const { source, target, timeout, trusted } = options;
  const ending = interruption(EXIT_CODES.failed);
  const { signal } = ending;
  const line = { timeout, signal, trusted, say: screen.say };
  const from = await connect({ ...line, base: source.base, variable: "BERTH_SOURCE_CREDENTIALS" });
  try {
    const to = await connect({ ...line, base: target.base, variable: "BERTH_TARGET_CREDENTIALS" });
    try {
      await between(from, to, doing, (cause) => ending.abort(cause));
    } finally {
      to.close();
    }
  } finally {
    from.close();
  }
}

async function between(
  from: RegistryClient,
  to: RegistryClient,
  doing: Doing,
  stop: (cause: unknown) => void,
): Promise<void> {
  const { options } = doing;
  const { base, repo } = options.target;
  const plan = await planCopy(from, options);
  doing.plan = plan;
  const place = [base.origin, repo] as const;
  const states = await openUploadStates({ folder: stateFolder(process.env), place }, systemClock.now());
  await sendCopy({ ...doing, plan, client: to, states, stop });
}
