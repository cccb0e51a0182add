import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { acknowledge, wildcardFinding } from "./acknowledge.ts";
import type { Rights } from "./functions.ts";
import type { Storage } from "./storage.ts";
import { isCounted, type Tokens, type UseOfTokens } from "./tokens.ts";

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

/** Partitions where requests are counted, of one caller each (shared/registry/keyspace.ts). */
const REQUESTS = ["REQUESTS#*"];

/** Who knows identities reaches nothing else of the table, and nobody else reaches those. */
function ofTable({ table, items }: Rights, { tableArn }: Storage["table"]): PolicyStatement[] {
  if (table.length === 0) return [];
  const [statement] = allow(table, tableArn);
  if (items !== "identities") return [...(statement ? [statement] : []), withholdIdentities(tableArn)];
  statement?.addCondition("ForAllValues:StringLike", { "dynamodb:LeadingKeys": IDENTITIES });
  return statement ? [statement] : [];
}

/** What counts requests, for who may not change the table anyway. */
function toCount({ rights, storage, tokens, use = "none" }: FunctionRoleProps): PolicyStatement[] {
  const mayAnyway = rights.items !== "identities" && rights.table.includes("dynamodb:UpdateItem");
  if (mayAnyway || !isCounted(tokens, use)) return [];
  const statements = allow(["dynamodb:UpdateItem"], storage.table.tableArn);
  for (const statement of statements)
    statement.addCondition("ForAllValues:StringLike", { "dynamodb:LeadingKeys": REQUESTS });
  return statements;
}

const withholdIdentities = (tableArn: string): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.DENY,
    actions: ["dynamodb:*"],
    resources: [tableArn],
    conditions: { "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": IDENTITIES } },
  });

/**
 * Who signs may sign with the older keys, too, though it does so no more: a deployment that adds one changes this role first and
 * the function last, and in between the one before is the newest that the function knows.
 */
function ofTokens(tokens: Tokens | undefined, use: UseOfTokens): PolicyStatement[] {
  if (tokens === undefined || use === "none") return [];
  const ofKeys = ["kms:GetPublicKey", ...(use === "issue" ? ["kms:Sign"] : [])];
  return [
    ...tokens.keys.flatMap((arn) => allow(ofKeys, arn)),
    ...(use === "issue" ? [] : allow(["lambda:InvokeFunction"], tokens.functionArn)),
  ];
}

function statementsOf(props: FunctionRoleProps): PolicyStatement[] {
  const { rights, storage, parameter, logGroup, tracing, tokens, use = "none" } = props;
  const { table, objects, bucket } = rights;
  const counting = toCount(props);
  const writes = counting.length > 0 || table.includes("dynamodb:PutItem");
  return [
    ...writeLog(logGroup),
    ...ofTable(rights, storage.table),
    ...counting,
    ...ofTokens(tokens, use),
    ...Object.entries(objects).flatMap(([prefix, actions]) =>
      allow(actions, storage.bucket.arnForObjects(`${prefix}/*`)),
    ),
    ...allow(bucket, storage.bucket.bucketArn),
    // AWS's own key of Systems Manager decrypts for everyone who may read the parameter.
    ...(parameter === undefined ? [] : allow(["ssm:GetParameter"], parameter)),
    ...(storage.key && (writes || table.length > 0)
      ? allow(writes ? WRITE_KEY : READ_KEY, storage.key.keyArn)
      : []),
    ...(tracing ? allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*") : []),
  ];
}
