import { join } from "node:path";
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { createFunctionRole } from "./function-role.ts";
import {
  BEGINS_UPLOADS,
  FUNCTIONS,
  type FunctionName,
  LEADS_TO_BLOBS,
  LOGIN_FUNCTIONS,
  type LoginFunction,
  type Rights,
} from "./functions.ts";
import type { Parameters } from "./parameters.ts";
import type { Pulls } from "./pulls.ts";
import { removalPolicyOf, type Storage } from "./storage.ts";
import type { Team } from "./teams.ts";
import { isCounted, type Tokens, tokenEnvironment, type UseOfTokens } from "./tokens.ts";

interface RegistryFunctionProps {
  readonly name: FunctionName | LoginFunction;
  readonly team: Team;
  readonly parameters: Parameters;
  readonly storage: Storage;
  /** the origin of the upload door; nothing where there is none */
  readonly door: string;
  /** what stands before the bucket for pulls, where something does */
  readonly pulls: Pulls | undefined;
  /** where callers are known by tokens */
  readonly tokens: Tokens | undefined;
  readonly ephemeral: boolean;
  /** the folder with a bundle for each function */
  readonly bundles: string;
  /** its code, where that is not the bundle alone */
  readonly code?: string;
}

const PLANS = { ...FUNCTIONS, ...LOGIN_FUNCTIONS };

/** The sweep has no callers. */
function useOf(name: RegistryFunctionProps["name"]): UseOfTokens {
  if (name === "token") return "issue";
  return name === "sweep" ? "none" : "verify";
}

/** A function with a log and a role of its own, which holds all that it may do. */
export class RegistryFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: RegistryFunctionProps) {
    super(scope, id);
    const { name, team, storage, tokens, bundles, ephemeral } = props;
    const { code = join(bundles, name) } = props;
    const pulls = LEADS_TO_BLOBS.has(name) ? props.pulls : undefined;
    const { memory, timeout, rights } = PLANS[name];
    const { tracing, reservedConcurrency, logRetentionDays } = team.settings;
    const logGroup = new LogGroup(this, "Log", {
      retention: logRetentionDays,
      removalPolicy: removalPolicyOf(ephemeral),
    });
    const description = `Berth, team ${team.name}: what the function ${name} may do`;
    const role = createFunctionRole(this, {
      description,
      rights,
      storage,
      tokens,
      use: useOf(name),
      parameter: pulls?.parameterArn,
      logGroup,
      tracing,
    });
    const concurrency = new Map(Object.entries(reservedConcurrency)).get(name);
    this.lambda = new LambdaFunction(this, "Function", {
      description: `Berth, team ${team.name}: ${name}`,
      ...(name === "token" && tokens && { functionName: tokens.functionName }),
      code: Code.fromAsset(code),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memory,
      timeout: Duration.seconds(timeout),
      environment: { ...environmentOf(props), ...(pulls && { BERTH_PULLS: pulls.place }) },
      logGroup,
      // All that it may do is written above; CDK adds nothing to it.
      role: role.withoutPolicyUpdates(),
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    });
  }
}

/** The stores that a function has no rights to are not named to it either, nor the door to who begins no upload. */
function environmentOf(props: RegistryFunctionProps): Record<string, string> {
  const { name, team, parameters, storage, door } = props;
  const { table, objects }: Rights = PLANS[name].rights;
  const usesTable = table.length > 0 || isCounted(props.tokens, useOf(name));
  return {
    BERTH_TEAM: team.name,
    ...tokenEnvironment(props.tokens, useOf(name)),
    BERTH_LOG_LEVEL: parameters.logLevel,
    BERTH_HEAD_BODY: parameters.headBody,
    BERTH_HEAD_BLOB: parameters.headBlob,
    BERTH_UPLOAD_IDLE_HOURS: parameters.uploadIdleHours,
    BERTH_REQUESTS_PER_IDENTITY: parameters.requestsPerIdentity,
    BERTH_REQUESTS_PER_NETWORK: parameters.requestsPerNetwork,
    BERTH_TRACING: team.settings.tracing ? "on" : "off",
    ...(usesTable && { BERTH_TABLE: storage.table.tableName }),
    ...(Object.keys(objects).length > 0 && { BERTH_BUCKET: storage.bucket.bucketName }),
    ...(BEGINS_UPLOADS.has(name) && { BERTH_UPLOAD_DOOR: door }),
  };
}
