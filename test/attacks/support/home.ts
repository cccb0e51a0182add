import type { KeyObject } from "node:crypto";
import type { Outside } from "./outside.ts";

export interface Login {
  readonly name: string;
  readonly secret: string;
}

/** A registry that asks everyone who they are, and a look behind it; while tests run. */
export interface Premises {
  /** where clients reach it: whatever is tried is tried at each */
  readonly entrances: readonly string[];
  /** by which a request to AWS has to be signed for it */
  readonly name: string;
  readonly admin: Login;
  /** The key that signs its tokens, which no attacker has: it makes tokens that are wrong in one thing alone. */
  readonly signingKey: KeyObject;
  /** All that is stored, a line for each item, object and part; while nothing is asked of the registry. */
  readonly stored: () => Promise<readonly string[]>;
  /** everything that its processes have written */
  readonly output: () => string;
}

/** Where an attacked registry runs: starts it for the tests of the file that calls this. */
export type AttackedHome = (outside: Outside) => Premises;

const chosen: { home?: AttackedHome } = {};

/** Puts what the tests of this file attack there, and not into a process of `berth serve`. */
export function useAttackedHome(home: AttackedHome): void {
  chosen.home = home;
}

export const attackedHome = (): AttackedHome | undefined => chosen.home;
