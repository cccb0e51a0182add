import { createThrottle, type Throttle } from "../../../shared/auth/throttle/throttle.ts";

/** Lets everyone ask as often as they like: for tests of something else. */
export const UNTHROTTLED: Throttle = createThrottle({
  limits: { identity: 0, network: 0 },
  now: Date.now,
  onRefused: () => {},
});
