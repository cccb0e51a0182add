import { startWebEnvironment, type WebEnvironment, type WebEnvironmentSettings } from "./environment.ts";

export interface WebScaling {
  /** requests that an environment serves at a time */
  readonly atATime: number;
  /** environments; requests beyond what they serve wait: this machine is smaller than Lambda */
  readonly most: number;
}

/** The environments of a Web Function: as many as its requests need, none until there is one. */
export interface WebEnvironments {
  /** Resolves with one that has room for a request, which has to be given back. Rejects where it does not start. */
  readonly take: () => Promise<Taken>;
  /** of the processes that are up now */
  readonly pids: () => readonly number[];
  readonly stop: () => Promise<void>;
}

export interface Taken {
  readonly port: number;
  readonly giveBack: () => void;
}

interface Place {
  readonly starting: Promise<WebEnvironment>;
  pid: number;
  busy: number;
}

/** One that has ended is forgotten, and the next request starts another. */
export function createWebEnvironments(
  settings: WebEnvironmentSettings,
  scaling: WebScaling,
): WebEnvironments {
  const places = new Set<Place>();
  const queue: (() => void)[] = [];

  const start = (): Place => {
    const place: Place = { starting: startWebEnvironment(settings), pid: 0, busy: 0 };
    places.add(place);
    void forgetAtEnd(place);
    return place;
  };
  const forgetAtEnd = async (place: Place): Promise<void> => {
    try {
      const environment = await place.starting;
      place.pid = environment.pid;
      await environment.ended;
    } catch {
      // who took it is told
    }
    places.delete(place);
    queue.shift()?.();
  };
  const withRoom = (): Place | undefined => {
    const found = [...places].find(({ busy }) => busy < scaling.atATime);
    return found ?? (places.size < scaling.most ? start() : undefined);
  };
  const take = async (): Promise<Taken> => {
    const place = withRoom();
    if (place === undefined) {
      await new Promise<void>((resolve) => queue.push(resolve));
      return take();
    }
    place.busy += 1;
    const giveBack = (): void => {
      place.busy -= 1;
      queue.shift()?.();
    };
    try {
      return { port: (await place.starting).port, giveBack };
    } catch (cause) {
      giveBack();
      throw cause;
    }
  };
  return {
    take,
    pids: () => [...places].map(({ pid }) => pid).filter((pid) => pid !== 0),
    stop: async () => {
      const started = await Promise.allSettled([...places].map(({ starting }) => starting));
      const up = started.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
      await Promise.all(up.map((environment) => environment.stop()));
    },
  };
}
