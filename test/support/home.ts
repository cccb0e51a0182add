import type { StoreReport } from "./check-store.ts";
import type { Defects } from "./defects.ts";

/** A registry that serves, and a look into its stores. */
export interface ServingHome {
  readonly url: string;
  /** Tells what breaks an invariant; while nothing else is asked of the registry. */
  readonly check: () => Promise<StoreReport>;
  readonly stop: () => Promise<void>;
}
/** Where the registry of a test runs. */
export interface Home {
  /** What the registry logs as an error goes to the defects, and fails the tests. */
  readonly start: (defects: Defects) => Promise<ServingHome>;
  /** bytes that one request can bring */
  readonly largestBody: number;
  /** uploads go on at a host of their own, which only POST names in full */
  readonly uploadsElsewhere?: true;
  /** how many rounds of a test are one round here, where requests take long */
  readonly slowness: number;
}

const chosen: { home?: Home } = {};

/** Puts every `registry()` of this file there, so that its tests can be run against other homes than their own. */
export function useHome(home: Home): void {
  chosen.home = home;
}

export const chosenHome = (): Home | undefined => chosen.home;
