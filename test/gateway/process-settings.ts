import { randomBytes } from "node:crypto";
import { type Hosts, withAddresses } from "./addresses.ts";
import type { Scaling } from "./lambda/lambda-function.ts";
import { type Credentials, lambdaVariables } from "./lambda/variables.ts";
import type { Identity } from "./rights/identities.ts";
import type { StandOptions } from "./stand.ts";
import { S3_HOST, type Stores } from "./stores.ts";
import type { FunctionPlan } from "./template/functions.ts";
import type { Place } from "./template/template.ts";
import type { WebFunctionPlan } from "./template/web-functions.ts";
import { requireRuntimeClient } from "./tools/runtime-client.ts";
import type { WebFunction, WebFunctionOptions } from "./web-function/web-function.ts";

/** Requests beyond 20 environments of a function wait; an idle one is kept for five minutes, as Lambda about does. */
export const SCALING: Scaling = { most: 20, idle: 5 * 60_000 };

/** Temporary credentials, as Lambda gives a function those of its role. */
export function identityOf({
  logicalId,
  statements,
}: Pick<FunctionPlan, "logicalId" | "statements">): Identity {
  const credentials: Credentials = {
    accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(300).toString("base64"),
  };
  return { name: logicalId, credentials, statements };
}

/** by the names of their hosts in the template */
export type WebFunctions = ReadonlyMap<string, WebFunction>;

interface Surroundings {
  readonly place: Place;
  readonly stores: Stores;
  readonly credentials: Credentials;
  readonly options: StandOptions;
}

const storesAt = ({ dynamodb, s3, ssm, kms, lambda }: Stores) => ({
  AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
  AWS_ENDPOINT_URL_S3: s3,
  AWS_ENDPOINT_URL_SSM: ssm,
  AWS_ENDPOINT_URL_KMS: kms,
  AWS_ENDPOINT_URL_LAMBDA: lambda,
  // What clients speak to this machine's gateway.
  BERTH_SCHEME: "http",
});

export function webSettingsOf(
  plan: WebFunctionPlan,
  { place, stores, credentials, options }: Surroundings,
  hosts: Hosts,
): WebFunctionOptions {
  const { s3Host = S3_HOST, webTimeout, scaling = SCALING, variables, log, functionLog } = options;
  return {
    plan,
    host: s3Host,
    region: place.region,
    credentials,
    variables: { ...variables, ...storesAt(stores) },
    hosts,
    most: scaling.most,
    ...(webTimeout !== undefined && { timeout: webTimeout }),
    log,
    functionLog: (text) => functionLog(plan.logicalId, text),
  };
}

export function settingsOf(
  plan: FunctionPlan,
  { place, stores, credentials, options }: Surroundings,
  hosts: Hosts,
) {
  const { name, arn, timeout, code, handler, memory, logicalId } = plan;
  const { region } = place;
  const own = lambdaVariables({ functionName: name, handler, memory, region, directory: code, credentials });
  return {
    name,
    arn,
    timeout,
    directory: code,
    // Lambda gives Node's heap nine tenths of a function's memory
    command: [
      process.execPath,
      `--max-old-space-size=${Math.floor(memory * 0.9)}`,
      requireRuntimeClient(),
      handler,
    ],
    variables: {
      ...withAddresses(plan.variables, hosts),
      ...(options.door === "none" && { BERTH_UPLOAD_DOOR: "" }),
      ...options.variables,
      ...own,
      ...storesAt(stores),
    },
    log: (text: string) => options.functionLog(logicalId, text),
  };
}
