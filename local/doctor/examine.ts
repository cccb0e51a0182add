import { RegistryFailure, RegistryRefusal } from "../../shared/client/failures.ts";
import { type HttpClient, NoAnswerError } from "../../shared/client/messages.ts";
import { Blocked, type Check, Finding, type Verdict } from "./check.ts";
import type { Exam } from "./exam.ts";
import { locationOf } from "./push.ts";

export type CheckOutcome =
  | Verdict
  | { readonly status: "failed"; readonly problem: string; readonly cure: string }
  /** it could not look */
  | { readonly status: "blocked"; readonly why: string };

export type CheckResult = { readonly id: Check["id"]; readonly title: string } & CheckOutcome & {
    readonly milliseconds: number;
  };

export interface Examination {
  readonly exam: Exam;
  /** a client that an interruption does not stop, to clean up with */
  readonly calmClient: HttpClient;
  /** the last one cleans up, and runs whatever happens */
  readonly checks: readonly Check[];
  readonly signal: AbortSignal;
  /** milliseconds, from any moment on */
  readonly now: () => number;
  readonly onBegin: (check: Check) => void;
  readonly onEnd: (result: CheckResult) => void;
}

/** Runs the checks one after the other: what another user of the registry does must not decide a result. */
export async function examine(examination: Examination): Promise<readonly CheckResult[]> {
  const { exam, calmClient, checks, signal } = examination;
  const results: CheckResult[] = [];
  try {
    const refused = await refusedAccess(exam);
    for (const check of checks.slice(0, -1)) {
      signal.throwIfAborted();
      const run = refused !== undefined && check.pushes !== false ? () => blocked(refused) : check.run;
      results.push(await timed(check, () => outcomeOf(check, () => run(exam)), examination));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const check of checks.slice(-1)) {
      const run = () => check.run({ ...exam, client: calmClient });
      results.push(await timed(check, () => outcomeOf(check, run), examination));
    }
  }
  return results;
}

/** Why nothing can be pushed: the registry wants credentials. */
async function refusedAccess(exam: Exam): Promise<string | undefined> {
  const target = `/v2/${exam.repo}/blobs/uploads/`;
  let status: number | undefined;
  try {
    const probe = await exam.client.send({ method: "POST", target });
    status = probe.status;
    if (status === 202) exam.made.upload(locationOf(probe));
  } catch (error) {
    if (isLogin(error)) return `the registry asks for a login (401): ${error.message}`;
    // The checks of pushes will say it better.
    if (!(error instanceof NoAnswerError) && !(error instanceof Finding)) throw error;
  }
  if (status === 401) return LOGIN;
  if (status === 403) return CLOSED;
  return undefined;
}

const LOGIN =
  "the registry asks for a login (401): run docker login first, or set BERTH_CREDENTIALS to name:secret";
const CLOSED =
  "the registry lets the doctor not push (403): give its login the right to; a closed stack on AWS opens with -c open=true, where something else keeps strangers out";

async function blocked(why: string): Promise<Verdict> {
  throw new Blocked(why);
}

async function timed(
  check: Check,
  run: () => Promise<CheckOutcome>,
  { now, onBegin, onEnd }: Examination,
): Promise<CheckResult> {
  const { id, title } = check;
  onBegin(check);
  const begun = now();
  const outcome = await run();
  const result = { id, title, ...outcome, milliseconds: Math.round(now() - begun) };
  onEnd(result);
  return result;
}

/** The token server has none for the doctor's login, or does not answer. */
const isLogin = (error: unknown): error is RegistryRefusal | RegistryFailure =>
  error instanceof RegistryRefusal || error instanceof RegistryFailure;

/** Anything else that a check throws is a defect of the doctor. */
async function outcomeOf(check: Check, run: () => Promise<Verdict>): Promise<CheckOutcome> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Blocked || isLogin(error)) return { status: "blocked", why: error.message };
    if (error instanceof NoAnswerError) return { status: "failed", problem: error.message, cure: check.cure };
    if (!(error instanceof Finding)) throw error;
    return { status: "failed", problem: error.message, cure: error.cure ?? check.cure };
  }
}
