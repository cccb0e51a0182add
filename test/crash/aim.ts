import { type FSWatcher, mkdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { pathsOf } from "../../local/data-folder.ts";
import { layoutOf } from "../../local/stores/directory-layout.ts";
import { dayOf } from "../../shared/registry/keyspace.ts";
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
  readonly end: () => void;
}

interface Shot {
  readonly moment: Moment;
  readonly delayed: boolean;
  readonly chance: Chance;
  readonly data: string;
  readonly fire: () => void;
}

/** requests that come before, so that there is something to lose */
const LEAST_BEFORE = 15;
const MOST_BEFORE = 60;
/** milliseconds */
const LONGEST_DELAY = 12;
/** Where the moment does not come by itself, any moment will do: the tally tells that it was missed. */
const PATIENCE = 30_000;

export function takeAim({ moment, delayed, chance, data, fire }: Shot): Aim {
  let fired = false;
  let target: Step | undefined;
  let watcher: FSWatcher | undefined;
  let before = LEAST_BEFORE + chance.number(MOST_BEFORE - LEAST_BEFORE);
  const delay = delayed ? chance.number(LONGEST_DELAY) : 0;
  const shoot = (step?: Step) => {
    if (fired) return;
    fired = true;
    target = step;
    fire();
  };
  const timer = setTimeout(shoot, PATIENCE);
  return {
    probe: (step, phase) => {
      if (phase === "sent") before -= 1;
      if (before > 0 || target || watcher) return;
      if (moment.on === "join") watcher = watchJoins(data, shoot);
      else if (moment.on === "step" && !isAt(moment, step, phase)) return;
      else if (delay === 0) shoot(step);
      else {
        target = step;
        setTimeout(() => shoot(step), delay);
      }
    },
    isFired: () => fired,
    target: () => target,
    end: () => {
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

const isAt = (moment: Moment & { on: "step" }, step: Step, phase: Phase): boolean =>
  moment.phase === phase && moment.kinds.includes(step.kind);

/** A large object is a folder of parts, which appears by a rename. */
function watchJoins(data: string, onJoin: () => void): FSWatcher {
  const folder = join(layoutOf(pathsOf(data).blobs).objects, "blobs", dayOf(Date.now()));
  mkdirSync(folder, { recursive: true });
  return watch(folder, (_, name) => {
    if (name?.endsWith(".object") && isFolder(join(folder, name))) onJoin();
  });
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
