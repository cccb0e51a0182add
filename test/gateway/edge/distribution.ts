import { isOfPulls } from "../pulls/pull-plan.ts";
import type { Template } from "../template/template.ts";
import { type EdgeFunction, loadEdgeFunction } from "./edge-function.ts";
import { matchesPattern } from "./path-pattern.ts";

export interface Origin {
  /** its name on AWS; here it has another */
  readonly domain: string;
  /** by name in small letters */
  readonly headers: Readonly<Record<string, string>>;
  /** milliseconds that its answer is waited for */
  readonly readTimeout: number;
}

interface Behaviour {
  /** undefined: the default, for what no other matches */
  readonly pattern: string | undefined;
  readonly origin: string;
  readonly methods: ReadonlySet<string>;
  readonly route: EdgeFunction | undefined;
}

/** A CloudFront distribution, as far as this machine plays it. */
export interface Distribution {
  /** by id */
  readonly origins: ReadonlyMap<string, Origin>;
  /** the behaviour of a path without its query */
  readonly behaviourOf: (path: string) => Behaviour;
  /** milliseconds that an error is kept, by its status, where the distribution says something of it */
  readonly errorTimes: ReadonlyMap<number, number>;
}

interface RawOrigin {
  readonly Id: string;
  readonly DomainName: string;
  readonly OriginPath?: string;
  readonly OriginCustomHeaders?: readonly { readonly HeaderName: string; readonly HeaderValue: string }[];
  readonly CustomOriginConfig?: {
    readonly OriginProtocolPolicy: string;
    readonly OriginReadTimeout?: number;
  };
}
interface RawBehaviour {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly AllowedMethods?: readonly string[];
  readonly CachePolicyId?: string;
  readonly OriginRequestPolicyId?: string;
  readonly FunctionAssociations?: readonly { readonly EventType: string; readonly FunctionARN: string }[];
  readonly [other: string]: unknown;
}
interface RawError {
  readonly ErrorCode: number;
  /** seconds */
  readonly ErrorCachingMinTTL?: number;
  readonly ResponsePagePath?: string;
}
interface RawConfig {
  readonly Origins: readonly RawOrigin[];
  readonly DefaultCacheBehavior: RawBehaviour;
  readonly CacheBehaviors?: readonly RawBehaviour[];
  readonly CustomErrorResponses?: readonly RawError[];
}

/** Managed policies, by the ids that they have in every account: CachingDisabled, AllViewerExceptHostHeader. */
const NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
const NOT_PLAYED = ["LambdaFunctionAssociations", "ResponseHeadersPolicyId", "TrustedKeyGroups"];

/** The distribution of a stack; undefined where it has none. Throws where it holds what this machine can't play. */
export function distributionOf(template: Template): Distribution | undefined {
  const all = template.ofType("AWS::CloudFront::Distribution");
  const [resource, ...more] = all.filter((one) => !isOfPulls(one));
  if (more.length > 0) throw new Error("the template has several distributions");
  if (resource === undefined) return undefined;
  const config = resource.property("DistributionConfig") as RawConfig;
  const origins = new Map(config.Origins.map((origin) => [origin.Id, originOf(origin)] as const));
  const functions = functionsOf(template, [...origins.keys()]);
  const fallback = behaviourOf(config.DefaultCacheBehavior, functions);
  const ordered = (config.CacheBehaviors ?? []).map((behaviour) => behaviourOf(behaviour, functions));
  return {
    origins,
    errorTimes: new Map((config.CustomErrorResponses ?? []).flatMap(errorTimeOf)),
    behaviourOf: (path) => ordered.find(({ pattern = "" }) => matchesPattern(pattern, path)) ?? fallback,
  };
}

function errorTimeOf({ ErrorCode, ErrorCachingMinTTL, ResponsePagePath }: RawError) {
  if (ResponsePagePath !== undefined) throw new Error(`the edge has no page for ${ErrorCode}`);
  return ErrorCachingMinTTL === undefined ? [] : [[ErrorCode, ErrorCachingMinTTL * 1000] as const];
}

function originOf({
  Id,
  DomainName,
  OriginPath,
  OriginCustomHeaders = [],
  CustomOriginConfig,
}: RawOrigin): Origin {
  if (CustomOriginConfig?.OriginProtocolPolicy !== "https-only" || OriginPath !== undefined)
    throw new Error(`the edge can't play the origin ${Id}`);
  const headers = OriginCustomHeaders.map(
    ({ HeaderName, HeaderValue }) => [HeaderName.toLowerCase(), HeaderValue] as const,
  );
  return {
    domain: DomainName,
    headers: Object.fromEntries(headers),
    readTimeout: (CustomOriginConfig.OriginReadTimeout ?? 30) * 1000,
  };
}

/** By ARN; another distribution may have some of them. */
type Functions = ReadonlyMap<string, () => EdgeFunction>;

function functionsOf(template: Template, origins: readonly string[]): Functions {
  return new Map(
    template.ofType("AWS::CloudFront::Function").map(({ name, property }) => {
      const { Runtime } = property("FunctionConfig") as { readonly Runtime: string };
      if (Runtime !== "cloudfront-js-2.0") throw new Error(`the edge does not play the runtime ${Runtime}`);
      const load = () => loadEdgeFunction(String(property("FunctionCode")), origins);
      return [`${name}.FunctionARN`, load] as const;
    }),
  );
}

function behaviourOf(raw: RawBehaviour, functions: Functions): Behaviour {
  const { PathPattern, TargetOriginId, AllowedMethods = ["GET", "HEAD"], FunctionAssociations = [] } = raw;
  const fail = (why: string): never => {
    throw new Error(`the edge can't play the behaviour ${PathPattern ?? "*"}: ${why}`);
  };
  if (raw.CachePolicyId !== NO_CACHE) fail("it caches");
  if (raw.OriginRequestPolicyId !== ALL_BUT_HOST) fail("it passes on something else than all but Host");
  const strange = NOT_PLAYED.find((name) => raw[name] !== undefined);
  if (strange !== undefined) fail(`it has ${strange}`);
  const [association, ...more] = FunctionAssociations;
  if (more.length > 0 || (association && association.EventType !== "viewer-request"))
    fail("it has a function for another event");
  const route = association && (functions.get(association.FunctionARN) ?? fail("its function is not here"))();
  return { pattern: PathPattern, origin: TargetOriginId, methods: new Set(AllowedMethods), route };
}
