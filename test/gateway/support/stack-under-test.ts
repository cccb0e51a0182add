import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject } from "vitest";
import { serveStackEdge } from "../edge/serve-stack.ts";
import { serveHttpApi } from "../http-api/server.ts";
import { LIKELIEST, type Switches } from "../http-api/switches.ts";
import type { LambdaFunction } from "../lambda/lambda-function.ts";
import { type Stand, type StandOptions, startStand } from "../stand.ts";
import { stackIn, synthesize } from "../synthesize.ts";
import { readTemplate, type Template } from "../template/template.ts";
import { createClient, type RegistryClient } from "./client.ts";
import { PLACE } from "./fixture.ts";

export interface StackUnderTest {
  /** of an API with the likeliest behaviours */
  readonly client: RegistryClient;
  readonly stand: Stand;
  /** Another API before the same functions; it stops with the test file. */
  readonly serve: (switches: Partial<Switches>) => Promise<RegistryClient>;
  /** The stack's edge, before such an API; it stops with the test file. */
  readonly serveEdge: (switches: Partial<Switches>, where?: EdgePlace) => Promise<RegistryClient>;
  /** the function behind a route of the template */
  readonly behind: (routeKey: string) => LambdaFunction;
  /** what the functions logged since the start */
  readonly log: () => string;
}

interface EdgePlace {
  /** instead of the upload door's own address */
  readonly door?: string;
  /** instead of a free one */
  readonly port?: number;
}

export type StackOptions = Partial<
  Pick<StandOptions, "variables" | "parameters" | "scaling" | "watch" | "webTimeout" | "kms">
> & {
  /** whether uploads go on at the upload door; most tests are of the API */
  readonly door?: "played" | "none";
  /** of the team, as cdk.json would have them: the stack is synthesized for this file alone */
  readonly settings?: object;
};

/**
 * The synthesized stack on this machine, for all tests of the file. A right that a function lacked fails them. `given`: what
 * it is made of, or what finds that out before the tests.
 */
export function stackUnderTest(given: StackOptions | (() => Promise<StackOptions>) = {}): StackUnderTest {
  const running = new AsyncDisposableStack();
  const up: { stand?: Stand; template?: Template; client?: RegistryClient; log: string } = { log: "" };
  const log = (line: string): void => {
    up.log += `${line}\n`;
  };
  const address = { host: "127.0.0.1", port: 0, log };
  const serve = async (switches: Partial<Switches>): Promise<RegistryClient> => {
    const { api } = must(up.stand);
    const server = await serveHttpApi({ ...address, api, switches: { ...LIKELIEST, ...switches } });
    running.defer(() => server.stop());
    return createClient(server.url);
  };
  const serveEdge: StackUnderTest["serveEdge"] = async (switches, { door, port = 0 } = {}) => {
    const { url: api } = await serve(switches);
    const { plan, webFunctions: played, door: own } = must(up.stand);
    const webFunctions = new Map(
      [...played].map(([domain, { url }]) => [domain, { url: url === own?.url ? (door ?? url) : url }]),
    );
    const behind = { template: must(up.template), plan, webFunctions, api };
    const server = await serveStackEdge(behind, { ...address, port });
    running.defer(() => server.stop());
    return createClient(server.url);
  };
  beforeAll(async () => {
    const { door = "none", settings, ...options } = typeof given === "function" ? await given() : given;
    const folder = await mkdtemp(join(tmpdir(), "berth-stand-"));
    running.defer(() => rm(folder, { recursive: true, force: true }));
    const assembly = settings ? join(folder, "assembly") : inject("assembly");
    if (settings) await synthesize(assembly, { teams: { main: settings } });
    const stack = await stackIn(assembly, undefined);
    const template = await readTemplate({ folder: assembly, stack, place: PLACE, parameters: {} });
    up.template = template;
    const write = (text: string): void => {
      up.log += text;
    };
    up.stand = await startStand({
      template,
      folder,
      log: (line) => write(`${line}\n`),
      functionLog: (_, text) => write(text),
      ...(door === "none" && { door }),
      ...options,
    });
    running.defer(() => must(up.stand).stop());
    up.client = await serve({});
    up.stand.apiIsAt(up.client.url);
  });
  afterAll(async () => {
    await running.disposeAsync();
    expect(up.stand?.denied, "rights that a function lacked").toEqual([]);
  });
  return {
    get client() {
      return must(up.client);
    },
    get stand() {
      return must(up.stand);
    },
    serve,
    serveEdge,
    behind: (routeKey) => {
      const { plan, functions } = must(up.stand);
      return must(functions.get(must(plan.routes.get(routeKey)).function.logicalId));
    },
    log: () => up.log,
  };
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined)
    throw new Error("the stack runs only while tests do: not in the body of a describe");
  return value;
}
