import { type JoinTrigger, setJoinTrigger } from "./join-trigger.ts";
import type { Moment } from "./moments.ts";
import type { Phase } from "./requests.ts";
import type { Chance } from "./scripts.ts";
import type { Step } from "./steps.ts";

/** Pulls the trigger once, when the moment has come. */
export interface Aim {
  readonly probe: (step: Step, phase: Phase) => void;
  readonly isFired: () => boolean;
  /** the request that it was fired at */
  readonly target: () => Step | undefined;
  readonly end: () => Promise<void>;
}

interface Shot {
  readonly moment: Moment;
  readonly delayed: boolean;
  readonly chance: Chance;
  readonly data: string;
  /** of the server */
  readonly pid: number;
}

/** requests that come before, so that there is something to lose */
const LEAST_BEFORE = 15;
const MOST_BEFORE = 60;
/** milliseconds */
const LONGEST_DELAY = 12;
/** Where the moment does not come by itself, any moment will do: the tally tells that it was missed. */
const PATIENCE = 30_000;

export function takeAim({ moment, delayed, chance, data, pid }: Shot): Aim {
  let fired = false;
  let target: Step | undefined;
  const trigger: JoinTrigger | undefined = moment.on === "join" ? setJoinTrigger(data, pid) : undefined;
  let before = LEAST_BEFORE + chance.number(MOST_BEFORE - LEAST_BEFORE);
  const delay = delayed ? chance.number(LONGEST_DELAY) : 0;
  const shoot = (step?: Step) => {
    if (fired || trigger?.isFired()) return;
    fired = true;
    target = step;
    process.kill(pid, "SIGKILL");
  };
  const timer = setTimeout(shoot, PATIENCE);
  return {
    probe: (step, phase) => {
      if (phase === "sent") before -= 1;
      if (before > 0 || target) return;
      if (trigger) trigger.arm();
      else if (moment.on === "step" && !isAt(moment, step, phase)) return;
      else if (delay === 0) shoot(step);
      else {
        target = step;
        setTimeout(() => shoot(step), delay);
      }
    },
    isFired: () => fired || trigger?.isFired() === true,
    target: () => target,
    end: async () => {
      clearTimeout(timer);
      await trigger?.end();
    },
  };
}

const isAt = (moment: Moment & { on: "step" }, step: Step, phase: Phase): boolean =>
  moment.phase === phase && moment.kinds.includes(step.kind);
