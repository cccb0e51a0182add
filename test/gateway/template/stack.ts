import { type PullPlan, pullPlanOf } from "../pulls/pull-plan.ts";
import { type FunctionPlan, functionsOf, mayCall } from "./functions.ts";
import type { Resource, Template } from "./template.ts";
import { type WebFunctionPlan, webFunctionsOf } from "./web-functions.ts";

export interface RoutePlan {
  readonly function: FunctionPlan;
  /** false where the route asks for a signature or a token that nobody has here */
  readonly isOpen: boolean;
  /** false where the function's policy does not let the API in */
  readonly mayCall: boolean;
}

export interface TablePlan {
  readonly name: string;
  readonly keys: unknown;
  readonly attributes: unknown;
  readonly indexes: unknown;
  /** the attribute that holds an item's time to live */
  readonly ttl: string | undefined;
}

/** Requests a second, and how many may come at once. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

/** A function that the clock calls. */
export interface SchedulePlan {
  readonly function: FunctionPlan;
  /** milliseconds */
  readonly every: number;
  /** JSON */
  readonly input: string;
}

/** A stack, as far as this machine plays it. */
export interface StackPlan {
  readonly apiId: string;
  /** by route key, like `GET /v2/{a}/manifests/{reference}` */
  readonly routes: ReadonlyMap<string, RoutePlan>;
  readonly stageVariables: Readonly<Record<string, string>> | undefined;
  readonly throttle: Throttle | undefined;
  readonly functions: readonly FunctionPlan[];
  readonly webFunctions: readonly WebFunctionPlan[];
  readonly tables: readonly TablePlan[];
  /** ARNs of keys of KMS that sign */
  readonly signingKeys: readonly string[];
  /** names */
  readonly buckets: readonly string[];
  readonly schedules: readonly SchedulePlan[];
  /** what blobs are pulled from, where it is not the bucket */
  readonly pulls: PullPlan | undefined;
}

/** Throws where the template holds what would not deploy, or what the gateway can't play. */
export function stackOf(template: Template): StackPlan {
  const functions = functionsOf(template);
  const api = single(template, "AWS::ApiGatewayV2::Api");
  if (api.property("ProtocolType") !== "HTTP") throw new Error("the API is no HTTP API");
  const stage = single(template, "AWS::ApiGatewayV2::Stage");
  if (stage.property("StageName") !== "$default") throw new Error("the stage is not $default");
  const { accountId, region } = template.place;
  const apiArn = `arn:aws:execute-api:${region}:${accountId}:${api.name}`;
  return {
    apiId: api.name,
    routes: routesOf(template, functions, apiArn),
    stageVariables: stage.property("StageVariables") as StackPlan["stageVariables"],
    throttle: throttleOf(stage.property("DefaultRouteSettings")),
    functions,
    webFunctions: webFunctionsOf(template),
    tables: template.ofType("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable").map(tableOf),
    signingKeys: template
      .ofType("AWS::KMS::Key")
      .filter(
        ({ property }) => property("KeySpec") === "ECC_NIST_P256" && property("KeyUsage") === "SIGN_VERIFY",
      )
      .map(({ arn }) => arn),
    buckets: template.ofType("AWS::S3::Bucket").map(({ name }) => name),
    schedules: schedulesOf(template, functions),
    pulls: pullPlanOf(template),
  };
}

function single(template: Template, type: string): Resource {
  const [resource, ...more] = template.ofType(type);
  if (resource === undefined || more.length > 0) throw new Error(`the template must have one ${type}`);
  return resource;
}

function routesOf(
  template: Template,
  functions: readonly FunctionPlan[],
  apiArn: string,
): ReadonlyMap<string, RoutePlan> {
  const integrations = new Map(
    template.ofType("AWS::ApiGatewayV2::Integration").map((one) => [one.name, functionOf(one, functions)]),
  );
  const routes = template.ofType("AWS::ApiGatewayV2::Route").map(({ property }) => {
    const key = String(property("RouteKey"));
    const target = integrations.get(String(property("Target")).replace(/^integrations\//, ""));
    if (target === undefined) throw new Error(`the route '${key}' has no integration`);
    const [method, path = "/$default"] = key === "$default" ? ["$default"] : key.split(" ");
    const caller = `${apiArn}/$default/${method}${path}`;
    const isOpen = (property("AuthorizationType") ?? "NONE") === "NONE";
    return [key, { function: target, isOpen, mayCall: mayCall(target, caller) }] as const;
  });
  const plans = new Map(routes);
  if (plans.size < routes.length) throw new Error("two routes have the same key");
  return plans;
}

function functionOf({ logicalId, property }: Resource, functions: readonly FunctionPlan[]): FunctionPlan {
  const fail = (why: string): never => {
    throw new Error(`the gateway can't play the integration ${logicalId}: ${why}`);
  };
  if (property("IntegrationType") !== "AWS_PROXY") fail("it is no proxy to a function");
  if (property("PayloadFormatVersion") !== "2.0") fail("its payload format is not 2.0");
  if (property("ResponseParameters") !== undefined) fail("it maps parameters of the answer");
  if (property("RequestParameters") !== undefined) fail("it maps parameters of the request");
  const uri = String(property("IntegrationUri"));
  const found = functions.find(({ arn }) => uri === arn || uri.endsWith(`/${arn}/invocations`));
  return found ?? fail(`no function is ${uri}`);
}

function throttleOf(settings: unknown): Throttle | undefined {
  const { ThrottlingRateLimit, ThrottlingBurstLimit } = (settings ?? {}) as Record<string, unknown>;
  if (ThrottlingRateLimit === undefined || ThrottlingBurstLimit === undefined) return undefined;
  return { rate: Number(ThrottlingRateLimit), burst: Number(ThrottlingBurstLimit) };
}

function tableOf({ name, property }: Resource): TablePlan {
  const ttl = property("TimeToLiveSpecification") as { readonly AttributeName?: string } | undefined;
  return {
    name,
    keys: property("KeySchema"),
    attributes: property("AttributeDefinitions"),
    indexes: property("GlobalSecondaryIndexes"),
    ttl: ttl?.AttributeName,
  };
}

interface Target {
  readonly Arn: string;
  readonly Input?: string;
}

/** Schedules of EventBridge, in both of its forms. */
function schedulesOf(template: Template, functions: readonly FunctionPlan[]): readonly SchedulePlan[] {
  const plan = (expression: unknown, { Arn, Input = "{}" }: Target): SchedulePlan => {
    const found = functions.find(({ arn }) => arn === Arn);
    if (found === undefined) throw new Error(`the gateway can't call ${Arn} by the clock`);
    return { function: found, every: everyOf(String(expression)), input: Input };
  };
  const rules = template
    .ofType("AWS::Events::Rule")
    .filter(
      ({ property }) => property("ScheduleExpression") !== undefined && property("State") !== "DISABLED",
    )
    .flatMap(({ property }) =>
      (property("Targets") as readonly Target[]).map((target) =>
        plan(property("ScheduleExpression"), target),
      ),
    );
  const schedules = template
    .ofType("AWS::Scheduler::Schedule")
    .filter(({ property }) => property("State") !== "DISABLED")
    .map(({ property }) => plan(property("ScheduleExpression"), property("Target") as Target));
  return [...rules, ...schedules];
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** rate(1 hour), rate(5 minutes) */
function everyOf(expression: string): number {
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count === undefined) throw new Error(`the gateway does not play the schedule ${expression}`);
  return Number(count) * (UNITS[unit] ?? 0);
}
