import { join } from "node:path";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge, wildcardFinding } from "./acknowledge.ts";
import { FUNCTIONS, type FunctionName, type Rights } from "./functions.ts";
import type { Parameters } from "./parameters.ts";
import { removalPolicyOf, type Storage } from "./storage.ts";
import type { Team } from "./teams.ts";

interface RegistryFunctionProps {
  readonly name: FunctionName;
  readonly team: Team;
  readonly parameters: Parameters;
  readonly storage: Storage;
  readonly ephemeral: boolean;
  /** the folder with a bundle for each function */
  readonly bundles: string;
}

/** Reading what is encrypted needs these of the key, as far as DynamoDB and S3 document it. */
const READ_KEY = ["kms:Decrypt", "kms:DescribeKey"];
const WRITE_KEY = [
  ...READ_KEY,
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** A function with a log and a role of its own, which holds all that it may do. */
export class RegistryFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: RegistryFunctionProps) {
    super(scope, id);
    const { name, team, bundles, ephemeral } = props;
    const { memory, timeout } = FUNCTIONS[name];
    const { tracing, reservedConcurrency, logRetentionDays } = team.settings;
    const logGroup = new LogGroup(this, "Log", {
      retention: logRetentionDays,
      removalPolicy: removalPolicyOf(ephemeral),
    });
    const role = new Role(this, "Role", {
      description: `Berth, team ${team.name}: what the function ${name} may do`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: { rights: new PolicyDocument({ statements: statementsOf(props, logGroup) }) },
    });
    acknowledgeRights(role, props);
    const concurrency = reservedConcurrency[name];
    this.lambda = new LambdaFunction(this, "Function", {
      description: `Berth, team ${team.name}: ${name}`,
      code: Code.fromAsset(join(bundles, name)),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memory,
      timeout: Duration.seconds(timeout),
      environment: environmentOf(props),
      logGroup,
      // All that it may do is written above; CDK adds nothing to it.
      role: role.withoutPolicyUpdates(),
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    });
  }
}

const allow = (actions: readonly string[], resource: string): PolicyStatement[] =>
  actions.length === 0
    ? []
    : [new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [resource] })];

function statementsOf({ name, team, storage }: RegistryFunctionProps, logGroup: LogGroup): PolicyStatement[] {
  const { table, objects, bucket }: Rights = FUNCTIONS[name].rights;
  return [
    ...allow(["logs:CreateLogStream", "logs:PutLogEvents"], logGroup.logGroupArn),
    ...allow(table, storage.table.tableArn),
    ...Object.entries(objects).flatMap(([prefix, actions]) =>
      allow(actions, storage.bucket.arnForObjects(`${prefix}/*`)),
    ),
    ...allow(bucket, storage.bucket.bucketArn),
    ...(storage.key && table.length > 0
      ? allow(table.includes("dynamodb:PutItem") ? WRITE_KEY : READ_KEY, storage.key.keyArn)
      : []),
    ...(team.settings.tracing ? allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*") : []),
  ];
}

/** The stores that a function has no rights to are not named to it either. */
function environmentOf({ name, team, parameters, storage }: RegistryFunctionProps): Record<string, string> {
  const { table, objects }: Rights = FUNCTIONS[name].rights;
  return {
    BERTH_TEAM: team.name,
    BERTH_LOG_LEVEL: parameters.logLevel,
    BERTH_HEAD_BODY: parameters.headBody,
    BERTH_HEAD_BLOB: parameters.headBlob,
    BERTH_UPLOAD_IDLE_HOURS: parameters.uploadIdleHours,
    BERTH_TRACING: team.settings.tracing ? "on" : "off",
    ...(table.length > 0 && { BERTH_TABLE: storage.table.tableName }),
    ...(Object.keys(objects).length > 0 && { BERTH_BUCKET: storage.bucket.bucketName }),
  };
}

function acknowledgeRights(role: Role, { name, storage, team }: RegistryFunctionProps): void {
  for (const prefix of Object.keys(FUNCTIONS[name].rights.objects)) {
    acknowledge(role, {
      [wildcardFinding(role, storage.bucket.arnForObjects(`${prefix}/*`))]:
        "Objects are named by the uploads that bring them: only what their keys begin with is known.",
    });
  }
  if (team.settings.tracing) {
    acknowledge(role, { [wildcardFinding(role, "*")]: "X-Ray's actions know no resources." });
  }
}
