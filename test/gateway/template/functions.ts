import { matches, parsePolicy, type Statement } from "../rights/policy.ts";
import type { Resource, Template } from "./template.ts";

/** A function of a stack, with what its role may do. */
export interface FunctionPlan {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** folder of the bundle */
  readonly code: string;
  readonly handler: string;
  readonly runtime: string;
  /** megabytes */
  readonly memory: number;
  /** seconds */
  readonly timeout: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
  /** ARN patterns of the API calls that may invoke it */
  readonly callers: readonly string[];
}

/** Managed policies that grant nothing that this machine has: logs and traces. */
const WITHOUT_EFFECT_HERE = ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"];

export function functionsOf(template: Template): readonly FunctionPlan[] {
  return template.ofType("AWS::Lambda::Function").map((resource) => planOf(resource, template));
}

function planOf(resource: Resource, template: Template): FunctionPlan {
  const { logicalId, name, arn, property } = resource;
  const code = property("Code") as { readonly S3Key?: string };
  const environment = property("Environment") as { readonly Variables?: Record<string, unknown> } | undefined;
  const variables = Object.entries(environment?.Variables ?? {}).map(
    ([variable, value]) => [variable, String(value)] as const,
  );
  return {
    logicalId,
    name,
    arn,
    code: template.assetFolder(code.S3Key ?? ""),
    handler: String(property("Handler")),
    runtime: String(property("Runtime")),
    memory: Number(property("MemorySize") ?? 128),
    timeout: Number(property("Timeout") ?? 3),
    variables: Object.fromEntries(variables),
    statements: statementsOf(String(property("Role")), template),
    callers: callersOf(resource, template),
  };
}

/** All that the policies of a role say. Throws for a managed policy whose content nobody knows here. */
export function statementsOf(roleArn: string, template: Template): readonly Statement[] {
  const role = template.ofType("AWS::IAM::Role").find(({ arn }) => arn === roleArn);
  if (role === undefined) throw new Error(`the template has no role ${roleArn}`);
  for (const arn of listOf(role.property("ManagedPolicyArns")).map(String)) {
    const isKnown = WITHOUT_EFFECT_HERE.some((name) => arn.endsWith(`/${name}`));
    if (!isKnown) throw new Error(`the gateway does not know what ${arn} grants`);
  }
  const inline = listOf(role.property("Policies")) as readonly { readonly PolicyDocument: unknown }[];
  const attached = template
    .ofType("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
    .filter(({ property }) => listOf(property("Roles")).includes(role.name));
  return [
    ...inline.flatMap(({ PolicyDocument }) => parsePolicy(PolicyDocument)),
    ...attached.flatMap(({ property }) => parsePolicy(property("PolicyDocument"))),
  ];
}

/** Whose calls the function's own policy lets in: without one, API Gateway answers 500. */
function callersOf(called: Resource, template: Template): readonly string[] {
  return template.ofType("AWS::Lambda::Permission").flatMap(({ property }) => {
    const isOfCalled = [called.arn, called.name].includes(String(property("FunctionName")));
    const isForApi = property("Principal") === "apigateway.amazonaws.com";
    if (!isOfCalled || !isForApi) return [];
    const source = property("SourceArn");
    return [typeof source === "string" ? source : "*"];
  });
}

/** Whether a route of the API may invoke the function. */
export const mayCall = (plan: FunctionPlan, caller: string): boolean =>
  plan.callers.some((pattern) => matches(pattern, caller));

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
