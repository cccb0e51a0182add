import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../shared/ports/clock.ts";

export const systemClock: Clock = {
  now: Date.now,
  newId: randomUUID,
  newSecret: () => randomBytes(32).toString("base64url"),
  random: Math.random,
  sleep: (milliseconds) => sleep(milliseconds),
};
