import { type Hosts, withAddresses } from "../addresses.ts";
import { type Credentials, lambdaVariables } from "../lambda/variables.ts";
import type { WebFunctionPlan } from "../template/web-functions.ts";
import { type Endpoint, serveEndpoint } from "./endpoint.ts";
import { createWebEnvironments } from "./environments.ts";
import { WEB_LIMITS } from "./limits.ts";

/** A Web Function of a stack on this machine. */
export interface WebFunction extends Endpoint {
  /** of the processes that are up now */
  readonly pids: () => readonly number[];
}

export interface WebFunctionOptions {
  readonly plan: WebFunctionPlan;
  readonly host: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** over what the template says */
  readonly variables: Readonly<Record<string, string>>;
  /** as they are when a process starts */
  readonly hosts: Hosts;
  /** environments at once */
  readonly most: number;
  /** seconds in place of the template's, for tests */
  readonly timeout?: number;
  readonly log: (line: string) => void;
  /** what its processes write */
  readonly functionLog: (text: string) => void;
}

/** Serves it; its environments start with the first request. */
export async function startWebFunction(options: WebFunctionOptions): Promise<WebFunction> {
  const { plan, host, most, timeout = options.plan.timeout, log, functionLog } = options;
  const settings = {
    name: plan.logicalId,
    directory: plan.code,
    get variables() {
      return variablesOf(options);
    },
    memory: WEB_LIMITS.memory,
    log: functionLog,
  };
  const environments = createWebEnvironments(settings, { atATime: plan.atATime, most });
  const endpoint = await serveEndpoint({ environments, host, timeout: timeout * 1000, log });
  return {
    url: endpoint.url,
    pids: environments.pids,
    stop: async () => {
      await endpoint.stop();
      await environments.stop();
    },
  };
}

/** As a function's, without what belongs to a handler. */
function variablesOf(options: WebFunctionOptions): Record<string, string> {
  const { plan, region, credentials, variables, hosts } = options;
  const { name: functionName, code: directory } = plan;
  const memory = WEB_LIMITS.memory / 1024 ** 2;
  const { _HANDLER: _, ...own } = lambdaVariables({
    functionName,
    handler: "",
    memory,
    region,
    directory,
    credentials,
  });
  return { ...withAddresses(plan.variables, hosts), ...variables, ...own };
}
