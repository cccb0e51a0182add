import type { Answer } from "../../shared/client/messages.ts";
import { told } from "../../shared/client/told.ts";
import type { Exam } from "./exam.ts";

/** What a check found in order; or why there was nothing to look at. */
export type Verdict =
  | { readonly status: "passed"; readonly note?: string }
  | { readonly status: "inapplicable"; readonly why: string };

/** One behaviour of a registry: a description, and the requests that prove it. Each behaviour is judged by one check only. */
export interface Check {
  /** group and name: unique, and steady for machines */
  readonly id: `${string}.${string}`;
  /** what is right */
  readonly title: string;
  /** which setting, of Berth or of what stands before it, mends the usual trouble */
  readonly cure: string;
  /** false for what can be seen without the right to push */
  readonly pushes?: false;
  /** Throws a Finding, a Blocked or a NoAnswerError. */
  readonly run: (exam: Exam) => Promise<Verdict>;
}

export const PASSED: Verdict = { status: "passed" };

/** The registry does something wrong: what, and where it differs from the check's own, the cure. */
export class Finding extends Error {
  override readonly name = "Finding";
  readonly cure: string | undefined;

  constructor(problem: string, cure?: string) {
    super(problem);
    this.cure = cure;
  }
}

/** The check could not look, because something before it failed. */
export class Blocked extends Error {
  override readonly name = "Blocked";
}

export function demand(isRight: boolean, problem: string, cure?: string): asserts isRight {
  if (!isRight) throw new Finding(problem, cure);
}

/** The answer, where its status is one of those. */
export function demandStatus(answer: Answer, ...statuses: readonly number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Finding(`${told(answer)}, not ${statuses.join(" or ")}`, cureOf(answer.status));
}

/** What a status says by itself about the cure, whatever was asked. */
function cureOf(status: number): string | undefined {
  if (status === 401 || status === 403)
    return "give the login that the doctor shows the right to do this; a closed stack on AWS opens with -c open=true, where something else keeps strangers out";
  if (status === 429)
    return "allow more requests at a time: on AWS by the parameters ThrottleRate and ThrottleBurst, else in the proxy in front of the registry";
  if (status >= 500 && status !== 501)
    return "look into the registry's log under the time of this run, or into that of the proxy in front of it";
  return undefined;
}
