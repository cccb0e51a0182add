import { short } from "./short.ts";

/** Where something stands in a policy; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** `rules[2].may` */
  readonly path: string;
}

/** What is wrong at a place of a policy, for who wrote it. */
export interface PolicyComplaint extends Place {
  readonly reason: string;
}

/** Throws PolicyError where there is no use in going on. */
export type Complain = (place: Place, reason: string) => void;

/** Reading on costs time, which a text that is wrong all over should not take; and nobody mends more at once. */
const MOST_COMPLAINTS = 50;

/** A text that is no policy, with what is wrong in it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  /** in the order of the lines */
  readonly complaints: readonly PolicyComplaint[];
  /** whether it was read to its end: else more may be wrong */
  readonly isComplete: boolean;
  /** for people; the message has each on a line */
  readonly sentences: readonly string[];

  constructor(complaints: readonly PolicyComplaint[], { isComplete = true } = {}) {
    const inOrder = complaints.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const more = `… and perhaps more: reading ended after ${complaints.length} complaints`;
    const sentences = [...inOrder.map(sentenceOf), ...(isComplete ? [] : [more])];
    super(sentences.join("\n"));
    this.complaints = inOrder;
    this.isComplete = isComplete;
    this.sentences = sentences;
  }
}

/** Keeps what is complained of in `complaints`. PolicyError as soon as that is more than anybody would mend at once. */
export const keepIn =
  (complaints: PolicyComplaint[]): Complain =>
  ({ line, column, path }, reason) => {
    if (complaints.length === MOST_COMPLAINTS) throw new PolicyError(complaints, { isComplete: false });
    complaints.push({ line, column, path: short(path), reason });
  };

/** `line 12: rules[2].may: 'pul' is none of pull, push, delete, admin; did you mean pull?` */
const sentenceOf = ({ line, path, reason }: PolicyComplaint): string =>
  [`line ${line}`, path, reason].filter((part) => part !== "").join(": ");
