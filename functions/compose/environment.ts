import type { Environment } from "../settings.ts";
import { type Credentials, credentialsOf } from "../stores/credentials.ts";
import { systemClock } from "../system-clock.ts";

/** The settings of what a function tells of itself: each function has them. */
export const TELEMETRY = ["team", "logLevel", "tracing"] as const;

/** How HEAD is answered: what every function that answers clients has to know. */
export const HEADS = ["headBody", "headBlob"] as const;

/** To be called while the environment starts: the credentials that Lambda puts there are fresh then. */
export const freshCredentials = (environment: Environment): Credentials =>
  credentialsOf(environment, systemClock.now());
