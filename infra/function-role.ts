import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { acknowledge, wildcardFinding } from "./acknowledge.ts";
import type { Rights } from "./functions.ts";
import type { Storage } from "./storage.ts";
import type { Tokens, UseOfTokens } from "./tokens.ts";

interface FunctionRoleProps {
  /** whose role it is, in words */
  readonly description: string;
  /** who takes it on, where it is not Lambda */
  readonly principal?: string;
  readonly rights: Rights;
  readonly storage: Storage;
  /** the ARN of a parameter that it may read, where it needs one */
  readonly parameter?: string | undefined;
  /** where callers are known by tokens, and what it does with them */
  readonly tokens?: Tokens | undefined;
  readonly use?: UseOfTokens;
  readonly logGroup: LogGroup;
  /** whether it sends what X-Ray records */
  readonly tracing: boolean;
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

/** The role of a function, which holds all that it may do: what it is made of is written here, and nothing added. */
export function createFunctionRole(scope: Construct, props: FunctionRoleProps): Role {
  const role = new Role(scope, "Role", {
    description: props.description,
    assumedBy: new ServicePrincipal(props.principal ?? "lambda.amazonaws.com"),
    inlinePolicies: { rights: new PolicyDocument({ statements: statementsOf(props) }) },
  });
  for (const prefix of Object.keys(props.rights.objects)) {
    acknowledge(role, {
      [wildcardFinding(role, props.storage.bucket.arnForObjects(`${prefix}/*`))]:
        "Objects are named by the uploads that bring them: only what their keys begin with is known.",
    });
  }
  if (props.tracing)
    acknowledge(role, { [wildcardFinding(role, "*")]: "X-Ray's actions know no resources." });
  return role;
}

/** No statement where there is nothing to allow. */
export const allow = (actions: readonly string[], resource: string): PolicyStatement[] =>
  actions.length === 0
    ? []
    : [new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [resource] })];

/** What writes a function's log. */
export const writeLog = ({ logGroupArn }: LogGroup): PolicyStatement[] =>
  allow(["logs:CreateLogStream", "logs:PutLogEvents"], logGroupArn);

/** Partitions of people, robots, their keys, and the policy (shared/registry/keyspace.ts). */
const IDENTITIES = ["PERSON#*", "ROBOT#*", "PEOPLE", "ROBOTS", "ACCESSKEY#*", "ACCESSKEYS", "POLICY"];

/** Who knows identities reaches nothing else of the table, and nobody else reaches those. */
function ofTable({ table, items }: Rights, { tableArn }: Storage["table"]): PolicyStatement[] {
  if (table.length === 0) return [];
  const [statement] = allow(table, tableArn);
  if (items !== "identities") return [...(statement ? [statement] : []), withholdIdentities(tableArn)];
  statement?.addCondition("ForAllValues:StringLike", { "dynamodb:LeadingKeys": IDENTITIES });
  return statement ? [statement] : [];
}

const withholdIdentities = (tableArn: string): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.DENY,
    actions: ["dynamodb:*"],
    resources: [tableArn],
    conditions: { "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": IDENTITIES } },
  });

function ofTokens(tokens: Tokens | undefined, use: UseOfTokens): PolicyStatement[] {
  const [newest] = tokens?.keys ?? [];
  if (tokens === undefined || newest === undefined || use === "none") return [];
  return [
    ...tokens.keys.flatMap((arn) => allow(["kms:GetPublicKey"], arn)),
    ...(use === "issue" ? allow(["kms:Sign"], newest) : allow(["lambda:InvokeFunction"], tokens.functionArn)),
  ];
}

function statementsOf(props: FunctionRoleProps): PolicyStatement[] {
  const { rights, storage, parameter, logGroup, tracing, tokens, use = "none" } = props;
  const { table, objects, bucket } = rights;
  return [
    ...writeLog(logGroup),
    ...ofTable(rights, storage.table),
    ...ofTokens(tokens, use),
    ...Object.entries(objects).flatMap(([prefix, actions]) =>
      allow(actions, storage.bucket.arnForObjects(`${prefix}/*`)),
    ),
    ...allow(bucket, storage.bucket.bucketArn),
    // AWS's own key of Systems Manager decrypts for everyone who may read the parameter.
    ...(parameter === undefined ? [] : allow(["ssm:GetParameter"], parameter)),
    ...(storage.key && table.length > 0
      ? allow(table.includes("dynamodb:PutItem") ? WRITE_KEY : READ_KEY, storage.key.keyArn)
      : []),
    ...(tracing ? allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*") : []),
  ];
}
