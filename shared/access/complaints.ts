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

export type Complain = (place: Place, reason: string) => void;

/** Complaints that a message tells; the error has all. */
const TOLD = 50;

/** A text that is no policy, with all that is wrong in it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly complaints: readonly PolicyComplaint[];
  /** for people; the message has each on a line */
  readonly sentences: readonly string[];

  constructor(complaints: readonly PolicyComplaint[]) {
    const more = complaints.length > TOLD ? [`… and ${complaints.length - TOLD} more`] : [];
    const sentences = [...complaints.slice(0, TOLD).map(sentenceOf), ...more];
    super(sentences.join("\n"));
    this.complaints = complaints;
    this.sentences = sentences;
  }
}

/** `line 12: rules[2].may: 'pul' is none of pull, push, delete, admin; did you mean pull?` */
const sentenceOf = ({ line, path, reason }: PolicyComplaint): string =>
  [`line ${line}`, path, reason].filter((part) => part !== "").join(": ");
