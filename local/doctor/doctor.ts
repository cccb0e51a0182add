import { credentialsFrom } from "../client/connect.ts";
import { Complaint } from "../complaint.ts";
import { jsonText } from "../printable.ts";
import { onSignals } from "../signals.ts";
import { awsAtHand, NO_AWS } from "./aws.ts";
import { CHECKS } from "./checks.ts";
import { diagnose } from "./diagnose.ts";
import { type DoctorFlags, parseOptions } from "./options.ts";
import { EXIT_CODES, summaryOf } from "./report.ts";
import { createScreen } from "./screen.ts";

const now = (): number => performance.now();

/** `berth doctor`: resolves with the exit code. Throws a Complaint where it can't begin. */
export async function doctor(url: string, flags: DoctorFlags): Promise<number> {
  const options = parseOptions(url, flags);
  const lines = options.json ? undefined : process.stdout;
  const screen = createScreen({ lines, live: process.stderr, total: CHECKS.length, now });
  const interruption = new AbortController();
  onSignals(
    () => {
      screen.say("interrupted: deleting what was made; again to leave it behind");
      interruption.abort(new Complaint("interrupted before the first check: nothing was made"));
    },
    () => process.exit(EXIT_CODES.incomplete),
  );
  const report = await diagnose(options, {
    screen,
    now,
    signal: interruption.signal,
    checks: CHECKS,
    credentials: credentialsFrom(process.env, "BERTH_CREDENTIALS"),
    aws: options.aws ? awsAtHand(process.env) : NO_AWS,
    trust: (realm) => options.trusted.includes(realm.host),
  });
  if (options.json) process.stdout.write(jsonText(report));
  else screen.say(summaryOf(report));
  return EXIT_CODES[report.outcome];
}
