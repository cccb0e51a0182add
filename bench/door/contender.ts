import type { Push } from "../push.ts";
import type { Place } from "./stores.ts";

/** Milliseconds; `commit` is that part of them which the closing PUT took, where it had no body. */
export interface Took {
  readonly all: number;
  readonly commit: number | undefined;
}

/** A fresh process over an empty place. */
export interface Uploader {
  readonly pid: number;
  /** The time begins when the upload was begun. Rejects where the blob is not stored then, whole. */
  readonly push: (push: Push) => Promise<Took>;
  readonly stop: () => Promise<void>;
}

/** Something that stores bytes in an S3 server. */
export interface Contender {
  readonly name: string;
  /** what a reader must know to judge its figures */
  readonly about: string;
  /** the ways to push that it knows */
  readonly ways: readonly Push["by"][];
  /** `folder`: an empty one for its settings and logs */
  readonly start: (place: Place, folder: string) => Promise<Uploader>;
}

export async function timed(work: () => Promise<{ readonly commit: number | undefined }>): Promise<Took> {
  const startedAt = performance.now();
  const { commit } = await work();
  return { all: performance.now() - startedAt, commit };
}
