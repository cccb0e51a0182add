import { join } from "node:path";
import { WebFunction, WebFunctionAuthType, WebFunctionRuntime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type LogGroupProps } from "aws-cdk-lib/aws-logs";
import { Aws, Duration, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { WebFunction as Bundle } from "../functions/build.ts";
import { acknowledge } from "./acknowledge.ts";
import { createFunctionRole } from "./function-role.ts";
import type { Rights } from "./functions.ts";
import type { Parameters } from "./parameters.ts";
import { removalPolicyOf, type Storage } from "./storage.ts";
import type { Team } from "./teams.ts";
import { type Tokens, tokenEnvironment, type UseOfTokens } from "./tokens.ts";
import { WebFunctionCode } from "./web-function-code.ts";

/** What every program of a registry is made of. */
export interface WebParts {
  readonly team: Team;
  readonly parameters: Parameters;
  readonly storage: Storage;
  readonly ephemeral: boolean;
  /** the folder with a bundle for each function */
  readonly bundles: string;
  /** where callers are known by tokens */
  readonly tokens: Tokens | undefined;
}

interface WebFunctionPlan {
  readonly bundle: Bundle;
  /** in the function's name: short, because that has 64 characters */
  readonly shortName: string;
  /** in words */
  readonly title: string;
  readonly rights: Rights;
  readonly use: UseOfTokens;
  /** seconds of one request; 900 at most */
  readonly timeout: number;
  /** requests that one environment serves at a time */
  readonly atATime: number;
  /** beside what all have */
  readonly environment: Readonly<Record<string, string>>;
  /** why every request may come in */
  readonly isPublicBecause: string;
}

export interface WebFunctionPlace {
  /** the host's name, which Lambda gives it */
  readonly host: string;
  readonly functionName: string;
  readonly endpointName: string;
}

const ENDPOINT = "prod";

/** A program of the registry as a Lambda Web Function, with a log, a role and a bucket for its code. */
export function createWebFunction(
  scope: Construct,
  parts: WebParts,
  plan: WebFunctionPlan,
): WebFunctionPlace {
  const { team, storage, tokens, ephemeral, bundles } = parts;
  const logs: LogGroupProps = {
    retention: team.settings.logRetentionDays,
    removalPolicy: removalPolicyOf(ephemeral),
  };
  const logGroup = new LogGroup(scope, "Log", logs);
  const role = createFunctionRole(scope, {
    description: `Berth, team ${team.name}: what the ${plan.title} may do`,
    rights: plan.rights,
    storage,
    tokens,
    use: plan.use,
    logGroup,
    tracing: false,
  });
  const code = new WebFunctionCode(scope, "Code", { folder: join(bundles, plan.bundle), logs });
  const { endpoint, webFunctionName } = new WebFunction(scope, "Function", {
    // Unique in the account, in all of its Regions. Another name, or id, would be another address.
    webFunctionName: `${Stack.of(scope).stackName}-${plan.shortName}-${Aws.REGION}`,
    revisionDescription: `Berth, team ${team.name}: ${plan.title}`,
    code: code.code,
    runtime: WebFunctionRuntime.NODEJS_24_X,
    defaultEndpointAuth: WebFunctionAuthType.APPLICATION_MANAGED,
    defaultEndpoint: { endpointName: ENDPOINT },
    timeout: Duration.seconds(plan.timeout),
    maxConcurrencyPerEnvironment: plan.atATime,
    environment: { ...environmentOf(parts), ...tokenEnvironment(tokens, plan.use), ...plan.environment },
    logGroup,
    role: role.withoutPolicyUpdates(),
  });
  acknowledge(endpoint, {
    "Annotation::@aws-cdk/aws-lambda:webFunctionPublicEndpoint": plan.isPublicBecause,
  });
  return { host: endpoint.domainName, functionName: webFunctionName, endpointName: ENDPOINT };
}

const environmentOf = ({ team, parameters, storage }: WebParts): Record<string, string> => ({
  BERTH_TEAM: team.name,
  BERTH_LOG_LEVEL: parameters.logLevel,
  BERTH_TABLE: storage.table.tableName,
  BERTH_BUCKET: storage.bucket.bucketName,
});
