import { join } from "node:path";
import { routeTable } from "../http-api/route-table.ts";
import { type ApiServer, type ServerOptions, serveHttpApi } from "../http-api/server.ts";
import { LIKELIEST, type Switches } from "../http-api/switches.ts";
import { createFunction, type LambdaFunction, type Scaling } from "../lambda/lambda-function.ts";
import { lambdaVariables } from "../lambda/variables.ts";
import { requireRuntimeClient } from "../tools/runtime-client.ts";
import { PLACE } from "./fixture.ts";

const FOLDER = join(import.meta.dirname, "player");

/** The function that plays what a test asks for, through the real runtime interface client. */
export function createPlayer(
  scaling: Scaling = { most: 4, idle: 60_000 },
  { timeout = 20, handler = "index.handler" } = {},
): LambdaFunction & { readonly output: () => string } {
  let output = "";
  const credentials = { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" };
  const described = { functionName: "player", handler, memory: 256, region: PLACE.region, directory: FOLDER };
  const settings = {
    name: "player",
    arn: `arn:aws:lambda:${PLACE.region}:${PLACE.accountId}:function:player`,
    timeout,
    directory: FOLDER,
    command: [process.execPath, requireRuntimeClient(), handler],
    variables: { ...lambdaVariables({ ...described, credentials }), OWN: "from the template" },
    log: (text: string) => {
      output += text;
    },
  };
  return { ...createFunction(settings, scaling), output: () => output };
}

/** Serves the player behind `ANY /play/{what}` on a free port. */
export function servePlayer(
  player: LambdaFunction,
  switches: Partial<Switches> = {},
  changes: Partial<Pick<ServerOptions, "integrationTimeout">> & { readonly isOpen?: boolean } = {},
): Promise<ApiServer> {
  const { isOpen = true, ...options } = changes;
  const target = { invoke: player.invoke, isOpen };
  return serveHttpApi({
    api: {
      accountId: PLACE.accountId,
      apiId: "fixture",
      routes: routeTable(new Map([["ANY /play/{what}", target]])),
      admits: () => true,
    },
    switches: { ...LIKELIEST, ...switches },
    host: "127.0.0.1",
    port: 0,
    log: () => {},
    ...options,
  });
}
