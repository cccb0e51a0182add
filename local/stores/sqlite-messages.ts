import type { Attributes, Check, Write } from "../../shared/ports/table.ts";

/** What the worker is started with. */
export interface WorkerSettings {
  readonly file: string;
  readonly maxBytes?: number;
}

/** A write or a transaction: all of its operations, or none. */
export type Operations = readonly (Write | Check)[];

/** The answer to one request; causes are texts, as errors don't travel. */
export type Answer =
  | { readonly outcome: "written"; readonly attributes: Attributes }
  | { readonly outcome: "condition-failed"; readonly failed: readonly number[] }
  | { readonly outcome: "over-limit"; readonly complaint: string }
  /** nothing was written */
  | { readonly outcome: "refused"; readonly cause: string }
  /** the commit failed half-way: after a crash it may show, or not */
  | { readonly outcome: "unknown"; readonly cause: string };

export type RequestId = number;
export type PackedRequest = readonly [id: RequestId, operations: Uint8Array];
export type NumberedAnswer = readonly [id: RequestId, answer: Answer];

/** Packed into one array of bytes that changes hands, which costs less than cloning objects. */
export type ToWorker =
  /** `packed`: PackedRequest[] */
  | { readonly kind: "requests"; readonly packed: Uint8Array<ArrayBuffer> }
  /** after all requests before it */
  | { readonly kind: "close" };
export type FromWorker =
  /** `packed`: NumberedAnswer[], of one commit */
  | { readonly kind: "answers"; readonly packed: Uint8Array<ArrayBuffer> }
  | { readonly kind: "problem"; readonly during: "commit" | "checkpoint"; readonly cause: string };
