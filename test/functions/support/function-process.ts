import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EventFunction } from "../../../functions/build.ts";

/** All that the stack and Lambda set for a function, and nothing of this process's own environment. */
export const FUNCTION_ENVIRONMENT = {
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "5ec7e7-key",
  AWS_SESSION_TOKEN: "5ec7e7-token",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  BERTH_TABLE: "berth-team",
  BERTH_BUCKET: "berth-team-blobs",
  BERTH_TEAM: "team",
  BERTH_TOKEN_KEYS: "none",
} as const;

/** What the function of tokens has beside it, wherever it runs. */
const TOKEN_ENVIRONMENT = {
  ...FUNCTION_ENVIRONMENT,
  BERTH_TOKEN_KEYS: "key-1",
  BERTH_SERVICE: "berth-team-1",
  BERTH_HOSTS: "registry.example",
} as const;

interface Run {
  readonly bundles: string;
  readonly name: EventFunction;
  readonly environment?: Readonly<Record<string, string>>;
  /** what the function is invoked with, one after the other */
  readonly events?: readonly unknown[];
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** what it answered, in the order of the events */
  readonly results: readonly unknown[];
}

/** Loads the bundle, invokes its handler, and prints the results behind a mark. */
const PROGRAM = `
  const [bundle, events] = process.argv.slice(1);
  // As Lambda's runtime does it; Node itself would print the line of the bundle too, which is all of it.
  const { handler } = await import(bundle).catch((error) => {
    console.error(error.stack);
    process.exit(1);
  });
  if (typeof handler !== "function") throw new Error("the bundle exports no handler");
  const context = {
    functionName: "berth-function",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:berth-function",
    memoryLimitInMB: "512",
    awsRequestId: "invocation-1",
    getRemainingTimeInMillis: () => 29_000,
  };
  const results = [];
  for (const event of JSON.parse(events)) results.push(await handler(event, context));
  console.log("\\nRESULTS " + JSON.stringify(results));
`;

/** A fresh process of this Node with the bundle of a function. */
export const runFunction = ({
  bundles,
  name,
  environment = name === "token" ? TOKEN_ENVIRONMENT : FUNCTION_ENVIRONMENT,
  events = [],
}: Run): Promise<Ran> =>
  new Promise((resolve) => {
    const bundle = pathToFileURL(join(bundles, name, "index.mjs")).href;
    const argv = ["--input-type=module", "--eval", PROGRAM, bundle, JSON.stringify(events)];
    execFile(process.execPath, argv, { env: { ...environment } }, (error, stdout, stderr) => {
      const [told = "", results = "[]"] = stdout.split("\nRESULTS ");
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, stdout: told, stderr, results: JSON.parse(results) as unknown[] });
    });
  });
