import { chmodSync, closeSync, openSync, statSync } from "node:fs";
import { Complaint, causeOf } from "./complaint.ts";

/** of a mode: what others than the owner may do */
const OTHERS = 0o077;
export const isOpenToOthers = (mode: number): boolean => (mode & OTHERS) !== 0;
/** As `chmod` is given it. */
export const modeText = (mode: number): string => (mode & 0o777).toString(8);

/** Makes a file for its owner alone where there is none, for who would make it for others as well. */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/** A file or a folder that others could open until now. */
export interface Exposed {
  readonly path: string;
  /** as it was */
  readonly mode: string;
  /** a disk may have no modes, and take every other for the one that it shows */
  readonly outcome: "closed" | "still open";
}

/**
 * Takes from others what they may do with a file or a folder. Undefined where there is nothing to take, or nothing there.
 * Throws a Complaint where this process may not.
 */
export function closeToOthers(path: string): Exposed | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || !isOpenToOthers(mode)) return undefined;
  try {
    chmodSync(path, mode & 0o700);
  } catch (error) {
    throw new Complaint(
      `others than its owner may open ${path} (mode ${modeText(mode)}), and this process may not forbid it ` +
        `(${causeOf(error)}): run Berth as its owner, or take that away with chmod go=`,
      { cause: error },
    );
  }
  const outcome = isOpenToOthers(statSync(path).mode) ? "still open" : "closed";
  return { path, mode: modeText(mode), outcome };
}
