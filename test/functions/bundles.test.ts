import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type BuiltFunction,
  buildFunctions,
  EVENT_FUNCTIONS,
  FUNCTION_LIMITS,
  FUNCTION_NAMES,
  type FunctionName,
} from "../../functions/build.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { FUNCTION_ENVIRONMENT, runFunction } from "./support/function-process.ts";
import { PUBLISHED_EVENT } from "./support/published-event.ts";

const READING = ["base", "manifests", "blobs", "tags", "referrers"] as const;
const WRITING = ["uploads", "push", "deep", "sweep", "upload-door"] as const;

let bundles = "";
let built: readonly BuiltFunction[] = [];
let removeFolder = async () => {};

beforeAll(async () => {
  const folder = await temporaryFolder();
  [bundles, removeFolder] = [folder.path, folder.remove];
  built = await buildFunctions(bundles);
  for (const name of ["token", "administration"]) {
    await writeFile(join(bundles, name, "policy.yaml"), "version: 1\nrules: []\n");
  }
}, 180_000);
afterAll(() => removeFolder());

const filesOf = (name: FunctionName) => built.find((one) => one.name === name)?.files ?? [];
const sourcesOf = (name: FunctionName) => filesOf(name).flatMap(({ sources }) => sources);
/** Those of the sources that a pattern finds, without what stands before the package or folder. */
const found = (name: FunctionName, pattern: RegExp) =>
  sourcesOf(name).filter((source) => pattern.test(source));

const eventOf = (rawPath: string, method = "GET") => ({
  ...PUBLISHED_EVENT,
  rawPath,
  rawQueryString: "secret=5ec7e7",
  headers: { authorization: "Bearer 5ec7e7" },
  requestContext: { ...PUBLISHED_EVENT.requestContext, http: { method } },
  body: undefined,
});

const bodyOf = (result: unknown): unknown => {
  const { body } = result as { body: string };
  return JSON.parse(Buffer.from(body, "base64").toString());
};
const linesOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("the bundle of a function", () => {
  it.each(FUNCTION_NAMES)("stays below its limit: %s", (name) => {
    const size = filesOf(name).reduce((total, { gzip }) => total + gzip, 0);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(FUNCTION_LIMITS[name]);
  });

  it.each(READING)("holds nothing of what writes, where it only reads: %s", (name) => {
    const writing = /client-s3|hash-wasm|dynamo-table|s3-blobs|create-registry|push-manifest|-upload\.ts/;
    expect(found(name, writing)).toEqual([]);
    expect(found(name, /(?:Put|Update|Delete|Write|Transact)\w*Command\.js$/)).toEqual([]);
  });

  it.each(WRITING)("holds what the others must not, where it writes: %s", (name) => {
    expect(found(name, /client-s3\/.*PutObjectCommand\.js$/)).toHaveLength(1);
    expect(found(name, /TransactWriteItemsCommand\.js$/)).toHaveLength(1);
    expect(found(name, /functions\/stores\/s3-blobs\.ts$/)).toHaveLength(1);
  });

  it.each(FUNCTION_NAMES)("does without the chain of credentials: %s", (name) => {
    // The door may run in a container, which has to fetch them.
    const allowed = name === "upload-door" ? "credential-provider-http" : "none";
    const providers = found(name, /node_modules\/@aws-sdk\/credential-provider/);
    expect(providers.filter((source) => !source.includes(allowed))).toEqual([]);
  });

  it("loads what fetches credentials only in a container: upload-door", () => {
    const files = filesOf("upload-door").filter(({ sources }) =>
      sources.some((source) => source.includes("credential-provider-http")),
    );
    expect(files.map(({ atStart }) => atStart)).toEqual([false]);
  });

  it("looks nothing up in any store, where it has no right to: base", () => {
    expect(
      found("base", /@aws-sdk\/client|functions\/stores\/(?:dynamo|s3)|shared\/registry\/(?:blobs|tags)/),
    ).toEqual([]);
  });

  it.each(FUNCTION_NAMES)(
    "loads the tracer, hash-wasm and the S3 client when they are needed: %s",
    (name) => {
      const heavy = /aws-xray-sdk-core|hash-wasm|client-s3/;
      const files = filesOf(name).filter(({ sources }) => sources.some((source) => heavy.test(source)));
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter(({ atStart }) => atStart)).toEqual([]);
    },
  );
});

describe("what pulls at the edge take", () => {
  const signing = (name: FunctionName) =>
    filesOf(name).filter(({ sources }) => sources.includes("functions/pulls/signed-url.ts"));

  it.each(["blobs", "deep"] as const)("is loaded where it is switched on: %s", (name) => {
    expect(signing(name).map(({ atStart }) => atStart)).toEqual([false]);
  });

  it.each(["manifests", "heads", "upload-door"] as const)(
    "is not there where no blob is pulled: %s",
    (name) => {
      expect(signing(name)).toEqual([]);
    },
  );
});

describe("the bundle of a function, in a process of its own", () => {
  it.each(EVENT_FUNCTIONS)("loads with nothing but what Lambda and the stack set: %s", async (name) => {
    expect(await runFunction({ bundles, name })).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(EVENT_FUNCTIONS.filter((name) => name !== "base"))(
    "fails at its start where the environment is wrong, with every complaint: %s",
    async (name) => {
      const environment = { ...FUNCTION_ENVIRONMENT, BERTH_TABLE: "", BERTH_LOG_LEVEL: "loud" };
      const { code, stderr } = await runFunction({ bundles, name, environment });
      expect(code).not.toBe(0);
      expect(stderr).toContain("the function's environment is wrong:");
      expect(stderr).toContain("BERTH_TABLE is not set: it takes the name of a DynamoDB table");
      expect(stderr).toContain("BERTH_LOG_LEVEL is 'loud': it takes error, warn, info, debug");
    },
  );

  it("answers end-1, and 404 in the contract's form for what has no route: base", async () => {
    const { results } = await runFunction({
      bundles,
      name: "base",
      events: [eventOf("/v2/"), eventOf("/v2/", "HEAD"), eventOf("/v3/"), eventOf("/v2/a/tags/list", "PUT")],
    });
    expect(results.map((result) => (result as { statusCode: number }).statusCode)).toEqual([
      200, 200, 404, 405,
    ]);
    expect(bodyOf(results[2])).toMatchObject({ errors: [{ code: "UNSUPPORTED" }] });
    expect(results[3]).toMatchObject({ headers: { Allow: "GET, HEAD" } });
  });
});

describe("what a function tells, by Powertools", () => {
  it("is one JSON line and one embedded metric for each request, and no secret", async () => {
    const events = [eventOf("/v2/"), eventOf("/v2/")];
    const { stdout } = await runFunction({ bundles, name: "base", events });
    const lines = linesOf(stdout);
    expect(lines.filter(({ message }) => message === "answered")).toEqual([
      expect.objectContaining({
        level: "INFO",
        service: "berth",
        team: "team",
        cold_start: true,
        function_request_id: "invocation-1",
        operation: "base.get",
        caller: "anonymous",
        status: 200,
        bytesIn: 0,
        bytesOut: 2,
      }),
      expect.objectContaining({ cold_start: false, operation: "base.get" }),
    ]);
    expect(lines.filter(({ Requests }) => Requests === 1)).toEqual([
      expect.objectContaining({ team: "team", service: "berth", Errors: 0, BytesIn: 0, BytesOut: 2 }),
      expect.objectContaining({ team: "team", service: "berth" }),
    ]);
    expect(lines.filter(({ ColdStart }) => ColdStart === 1)).toHaveLength(1);
    expect(stdout).not.toContain("5ec7e7");
  });

  it("is less where the level is higher", async () => {
    const environment = { ...FUNCTION_ENVIRONMENT, BERTH_LOG_LEVEL: "error" };
    const { stdout } = await runFunction({ bundles, name: "base", environment, events: [eventOf("/v2/")] });
    expect(linesOf(stdout).filter(({ message }) => message === "answered")).toEqual([]);
  });
});

describe("traces", () => {
  it("record a request and its calls of AWS, where tracing is on", async () => {
    const daemon = createSocket("udp4");
    const segments: string[] = [];
    daemon.on("message", (message) => segments.push(message.toString()));
    daemon.bind(0, "127.0.0.1");
    await once(daemon, "listening");
    // Answers as DynamoDB does where there is no such item.
    const dynamo = createServer((request, response) => {
      request.resume().on("end", () => response.end("{}"));
    }).listen(0, "127.0.0.1");
    await once(dynamo, "listening");
    try {
      const environment = {
        ...FUNCTION_ENVIRONMENT,
        BERTH_TRACING: "on",
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`,
        AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
        LAMBDA_TASK_ROOT: bundles,
        _HANDLER: "index.handler",
        _X_AMZN_TRACE_ID: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
      };
      const events = [eventOf("/v2/team/app/manifests/latest")];
      const ran = await runFunction({ bundles, name: "manifests", environment, events });
      expect(ran).toMatchObject({ code: 0, results: [{ statusCode: 404 }] });
      await expect.poll(() => segments.length).toBe(2);
      const sent = segments.map((text) => JSON.parse(text.slice(text.indexOf("\n"))) as { name: string });
      expect(sent.map(({ name }) => name).toSorted()).toEqual(["## manifest.get", "DynamoDB"]);
      expect(sent.find(({ name }) => name === "## manifest.get")).toMatchObject({
        trace_id: "1-5759e988-bd862e3fe1be46a994272793",
        annotations: { ColdStart: true, operation: "manifest.get", repository: "team/app", status: 404 },
      });
      expect(segments.join("")).not.toContain("5ec7e7");
    } finally {
      daemon.close();
      dynamo.close();
    }
  });
});
