import type { Invocation } from "../http-api/server.ts";
import { type Environment, type FunctionSettings, startEnvironment } from "./environment.ts";

/** How many environments a function may have, and how long an idle one is kept. */
export interface Scaling {
  /** requests beyond it wait until an environment is free: this machine is smaller than Lambda */
  readonly most: number;
  /** milliseconds */
  readonly idle: number;
}

export interface LambdaFunction {
  readonly name: string;
  readonly invoke: (event: string) => Promise<Invocation>;
  /** of the processes that are up now */
  readonly pids: () => readonly number[];
  readonly stop: () => Promise<void>;
}

interface Idle {
  readonly environment: Environment;
  readonly timer: NodeJS.Timeout;
}

/** A function with as many environments as are needed at once; the one that was used last is used next. */
export function createFunction(settings: FunctionSettings, scaling: Scaling): LambdaFunction {
  const all = new Set<Environment>();
  const idle: Idle[] = [];
  const queue: (() => void)[] = [];
  let busy = 0;

  const start = async (): Promise<Environment> => {
    const environment = await startEnvironment(settings);
    all.add(environment);
    void forgetAtEnd(environment);
    return environment;
  };
  const forgetAtEnd = async (environment: Environment): Promise<void> => {
    await environment.ended;
    all.delete(environment);
    const at = idle.findIndex((one) => one.environment === environment);
    if (at !== -1) clearTimeout(idle.splice(at, 1)[0]?.timer);
  };
  const keep = (environment: Environment): void => {
    if (!environment.isUp()) return;
    const timer = setTimeout(() => void environment.stop(), scaling.idle);
    idle.push({ environment, timer });
  };
  const take = async (): Promise<Environment> => {
    const warm = idle.pop();
    if (warm === undefined) return start();
    clearTimeout(warm.timer);
    return warm.environment.isUp() ? warm.environment : take();
  };

  return {
    name: settings.name,
    invoke: async (event) => {
      if (busy >= scaling.most) await new Promise<void>((resolve) => queue.push(resolve));
      else busy += 1;
      try {
        const environment = await take();
        const invocation = await environment.invoke(event);
        keep(environment);
        return invocation;
      } finally {
        // whoever waits takes the place over
        const next = queue.shift();
        if (next) next();
        else busy -= 1;
      }
    },
    pids: () => [...all].map(({ pid }) => pid),
    stop: async () => {
      for (const { timer } of idle) clearTimeout(timer);
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
}
