import { cp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { freshDirectory } from "../../clients/support/images.ts";
import { routeTable } from "../http-api/route-table.ts";
import { type ApiServer, serveHttpApi } from "../http-api/server.ts";
import { LIKELIEST } from "../http-api/switches.ts";
import { PLACE } from "../support/fixture.ts";
import { stackIn } from "../synthesize.ts";
import { stackOf } from "../template/stack.ts";
import { readTemplate } from "../template/template.ts";
import { type EmulatedAws, startEmulatedAws } from "./emulated-aws.ts";

/** In place of every function, with the stack's own routes: it answers the event that it was given. */
const ECHO = "export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });\n";

let aws: EmulatedAws;
let gateway: ApiServer;
let emulator = "";

beforeAll(async () => {
  const assembly = await freshDirectory("echo");
  await cp(inject("assembly"), assembly, { recursive: true });
  // what CDK has packed before would be deployed in place of what lies there now
  await rm(join(assembly, ".cache"), { recursive: true, force: true });
  for (const name of await readdir(assembly)) {
    if (name.startsWith("asset.")) await writeFile(join(assembly, name, "index.mjs"), ECHO);
  }
  const stack = await stackIn(assembly, undefined);
  aws = await startEmulatedAws(await freshDirectory("emulator"));
  emulator = await aws.serve(await aws.deploy(assembly, stack));
  const { routes } = stackOf(await readTemplate({ folder: assembly, stack, place: PLACE, parameters: {} }));
  const echo = {
    isOpen: true,
    invoke: async (event: string) =>
      ({ outcome: "returned", payload: JSON.stringify({ statusCode: 200, body: event }) }) as const,
  };
  const targets = new Map([...routes.keys()].map((key) => [key, echo]));
  gateway = await serveHttpApi({
    api: { accountId: PLACE.accountId, apiId: "api", routes: routeTable(targets), admits: () => true },
    switches: { ...LIKELIEST, emptyGreedy: "miss" },
    host: "127.0.0.1",
    port: 0,
    log: () => {},
  });
});
afterAll(async () => {
  await gateway.stop();
  await aws.stop();
});

async function eventAt(url: string, path: string, init: RequestInit): Promise<APIGatewayProxyEventV2> {
  const response = await fetch(`${url}${path}`, init);
  return (await response.json()) as APIGatewayProxyEventV2;
}

/** What decides how a request is served, of the event that each makes of it. */
async function served(url: string, path: string, init: RequestInit): Promise<unknown> {
  const { routeKey, rawPath, rawQueryString, body = "", isBase64Encoded } = await eventAt(url, path, init);
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString("latin1");
  return { routeKey, rawPath, rawQueryString, bytes };
}

const DIGEST = `sha256:${"0".repeat(64)}`;
const NAMES = ["a", "a/b", "a/b/c/d/e/f/g/h", "a/b/c/d/e/f/g/h/i", "blobs/uploads", "tags/list"];
const ENDPOINTS: readonly (readonly [method: string, tail: string])[] = [
  ["GET", "manifests/1"],
  ["PUT", "manifests/1"],
  ["DELETE", `manifests/${DIGEST}`],
  ["GET", `blobs/${DIGEST}`],
  ["DELETE", `blobs/${DIGEST}`],
  ["GET", "tags/list?n=2&last=a"],
  ["GET", `referrers/${DIGEST}?artifactType=application%2Fx`],
  ["POST", "blobs/uploads/"],
  ["POST", `blobs/uploads/?mount=${DIGEST}&from=x%2Fy`],
  ["PATCH", "blobs/uploads/12-34"],
  ["PUT", `blobs/uploads/12-34?digest=${encodeURIComponent(DIGEST)}`],
];

describe("the gateway and an emulator that others made see the same in a request", () => {
  it.each(NAMES)("to the repository %s", async (name) => {
    for (const [method, tail] of ENDPOINTS) {
      const init = ["PUT", "PATCH"].includes(method)
        ? { method, body: Buffer.from([0, 255, 10]) }
        : { method };
      const path = `/v2/${name}/${tail}`;
      expect(await served(emulator, path, init), `${method} ${path}`).toEqual(
        await served(gateway.url, path, init),
      );
    }
  });

  it.each(["/", "/v2", "/v2/", "/v2/_catalog?n=1", "/v2/a", "/v1/x/y"])("to %s", async (path) => {
    expect(await served(emulator, path, {})).toEqual(await served(gateway.url, path, {}));
  });
});
