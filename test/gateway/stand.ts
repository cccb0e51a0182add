import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { apiHostOf } from "./addresses.ts";
import { routeTable } from "./http-api/route-table.ts";
import type { HttpApi, Integration } from "./http-api/server.ts";
import { createFunction, type LambdaFunction, type Scaling } from "./lambda/lambda-function.ts";
import { identityOf, SCALING, settingsOf, type WebFunctions, webSettingsOf } from "./process-settings.ts";
import type { PullServer } from "./pulls/server.ts";
import { startPulls } from "./pulls/start.ts";
import type { KmsKeys } from "./rights/kms.ts";
import { S3_HOST, type Stores, type StoresOptions, startStores } from "./stores.ts";
import { type RoutePlan, type StackPlan, stackOf } from "./template/stack.ts";
import type { Place, Template } from "./template/template.ts";
import type { WebFunctionPlan } from "./template/web-functions.ts";
import { createThrottle } from "./throttle.ts";
import { startWebFunction, type WebFunction } from "./web-function/web-function.ts";

export interface StandOptions {
  readonly template: Template;
  /** where the stores keep what they store; made where it is missing */
  readonly folder: string;
  /** of every function, over what the template says */
  readonly variables?: Readonly<Record<string, string>>;
  readonly scaling?: Scaling;
  /** where S3 and Web Functions listen; a foreign address by default */
  readonly s3Host?: string;
  /** `none`: as a stack without an upload door: uploads go on where they are begun */
  readonly door?: "none";
  /** seconds that a request to a Web Function may take, in place of the template's */
  readonly webTimeout?: number;
  /** told of each access to a store, in the words of `Ledger`, before the store is */
  readonly watch?: (what: string) => void;
  /** KMS as it is to be, made of one that is right */
  readonly kms?: (right: KmsKeys) => KmsKeys;
  /** of AWS Systems Manager, by their names */
  readonly parameters?: ReadonlyMap<string, string>;
  /** lines of the gateway itself */
  readonly log: (line: string) => void;
  /** what a function's process writes */
  readonly functionLog: (name: string, text: string) => void;
}

/** A stack on this machine: its stores and its functions, and the API to serve. */
export interface Stand {
  readonly api: HttpApi;
  readonly plan: StackPlan;
  readonly stores: Stores;
  /** by logical id */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** by the names of their hosts in the template */
  readonly webFunctions: WebFunctions;
  /** what takes uploads of any length, where the stack has it */
  readonly door: WebFunction | undefined;
  /** what blobs are pulled from, where it is not the bucket */
  readonly pulls: PullServer | undefined;
  /** what roles did not allow, in the words of `Ledger` */
  readonly denied: readonly string[];
  /** what the stores were asked, and what decided about their answers, in the same words */
  readonly used: ReadonlySet<string>;
  /** Tells the Web Functions, whose processes start with their first requests, where the API is served. */
  readonly apiIsAt: (url: string) => void;
  readonly stop: () => Promise<void>;
}

/** Starts everything that the stack needs but the HTTP server. Rejects with nothing left running. */
export async function startStand(options: StandOptions): Promise<Stand> {
  await using running = new AsyncDisposableStack();
  const plan = stackOf(options.template);
  const { place } = options.template;
  const holders = [...plan.functions, ...plan.webFunctions, ...(plan.pulls ? [plan.pulls] : [])];
  const identities = new Map(holders.map((one) => [one.logicalId, identityOf(one)]));
  const denied: string[] = [];
  const used = new Set<string>();
  const ledger = {
    denied: (what: string): void => {
      denied.push(what);
      options.log(`denied: ${what}`);
    },
    used: (what: string): void => {
      used.add(what);
      options.watch?.(what);
    },
    decided: (what: string): void => void used.add(what),
  };
  const folder = join(options.folder, "s3");
  await mkdir(folder, { recursive: true });
  const { log, s3Host = S3_HOST, parameters = new Map() } = options;
  const called: { byName?: ReadonlyMap<string, LambdaFunction> } = {};
  const invoke: StoresOptions["invoke"] = async (name, event) =>
    called.byName?.get(name)?.invoke(event) ?? { outcome: "failed", reason: `there is no function ${name}` };
  const stores = await startStores(
    {
      stack: plan,
      place,
      identities: [...identities.values()],
      ledger,
      parameters,
      folder,
      s3Host,
      invoke,
      kms: options.kms ?? ((right) => right),
      log,
    },
    running,
  );
  const pulls = await startPulls(
    plan.pulls,
    { ...options, place, s3: stores.s3, s3Host, identities },
    running,
  );
  const webFunctions = new Map<string, WebFunction>();
  const hosts = new Map<string, string>();
  for (const one of plan.webFunctions) {
    const { credentials } = identities.get(one.logicalId) ?? identityOf(one);
    const served = await startWebFunction(webSettingsOf(one, { place, stores, credentials, options }, hosts));
    running.defer(() => served.stop());
    webFunctions.set(one.domain, served);
    hosts.set(one.domain, served.url);
  }
  if (plan.pulls && pulls) hosts.set(plan.pulls.domain, pulls.endpoint);
  const functions = new Map(
    plan.functions.map((one) => {
      const { credentials } = identities.get(one.logicalId) ?? identityOf(one);
      const settings = settingsOf(one, { place, stores, credentials, options }, hosts);
      const created = createFunction(settings, options.scaling ?? SCALING);
      running.defer(() => created.stop());
      return [one.logicalId, created] as const;
    }),
  );
  called.byName = new Map([...functions.values()].map((one) => [one.name, one]));
  killAtExit([...functions.values(), ...webFunctions.values()], running);
  startClock(plan, functions, running, options.log);
  const stopping = running.move();
  return {
    api: apiOf(plan, place, functions),
    plan,
    stores,
    functions,
    webFunctions,
    door: webFunctions.get(plan.webFunctions.find(isDoor)?.domain ?? ""),
    pulls,
    denied,
    used,
    apiIsAt: (url) => void hosts.set(apiHostOf(plan, place), url),
    stop: () => stopping.disposeAsync(),
  };
}

const isDoor = ({ logicalId }: WebFunctionPlan): boolean => logicalId.startsWith("UploadDoor");

function apiOf(plan: StackPlan, place: Place, functions: Stand["functions"]): HttpApi {
  const targets = new Map(
    [...plan.routes].map(([key, route]) => [key, integrationOf(route, functions)] as const),
  );
  const throttle = plan.throttle && createThrottle(plan.throttle, () => performance.now());
  return {
    accountId: place.accountId,
    apiId: plan.apiId,
    routes: routeTable(targets),
    ...(plan.stageVariables && { stageVariables: plan.stageVariables }),
    admits: throttle ?? (() => true),
  };
}

function integrationOf(route: RoutePlan, functions: Stand["functions"]): Integration {
  const target = functions.get(route.function.logicalId);
  const reason = `the policy of ${route.function.logicalId} does not let the API in`;
  const invoke: Integration["invoke"] =
    target !== undefined && route.mayCall
      ? target.invoke
      : () => Promise.resolve({ outcome: "failed", reason });
  return { invoke, isOpen: route.isOpen };
}

/** Whatever ends this process takes those of the functions with it. */
function killAtExit(functions: readonly Pick<WebFunction, "pids">[], running: AsyncDisposableStack): void {
  const kill = (): void => {
    for (const pid of functions.flatMap((one) => one.pids())) process.kill(pid, "SIGKILL");
  };
  process.once("exit", kill);
  running.defer(() => void process.off("exit", kill));
}

/** Calls what the clock calls, each at its own rate. */
function startClock(
  { schedules }: StackPlan,
  functions: Stand["functions"],
  running: AsyncDisposableStack,
  log: (line: string) => void,
): void {
  for (const { function: called, every, input } of schedules) {
    const timer = setInterval(() => {
      void functions
        .get(called.logicalId)
        ?.invoke(input)
        .then((end) => end.outcome === "failed" && log(`${called.logicalId} by the clock: ${end.reason}`));
    }, every);
    running.defer(() => clearInterval(timer));
  }
}
