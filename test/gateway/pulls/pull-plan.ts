import { createPublicKey, type KeyObject } from "node:crypto";
import { loadResponseFunction, type ResponseFunction } from "../edge/edge-function.ts";
import { parsePolicy, type Statement } from "../rights/policy.ts";
import type { Resource, Template } from "../template/template.ts";

/** The distribution that blobs are pulled from, as far as this machine plays it. */
export interface PullPlan {
  readonly logicalId: string;
  /** what the template takes for the name of its host */
  readonly domain: string;
  /** the name of its bucket */
  readonly bucket: string;
  /** by the ids that the template has for them */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** what the bucket's policy lets it do */
  readonly statements: readonly Statement[];
  readonly onResponse: ResponseFunction;
}

interface RawConfig {
  readonly Aliases?: unknown;
  readonly CacheBehaviors?: unknown;
  readonly DefaultCacheBehavior: Readonly<Record<string, unknown>>;
  readonly Origins: readonly Readonly<Record<string, unknown>>[];
}

/** Both are managed policies, by the ids that they have in every account. */
const CACHING_BY_PATH = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d";
const PLAYED = new Set([
  "AllowedMethods",
  "CachePolicyId",
  "Compress",
  "FunctionAssociations",
  "TargetOriginId",
  "TrustedKeyGroups",
  "ViewerProtocolPolicy",
]);

/** The distribution takes nothing but signed URLs: that is how it is told from the edge. */
export const isOfPulls = ({ property }: Resource): boolean =>
  (property("DistributionConfig") as RawConfig).DefaultCacheBehavior["TrustedKeyGroups"] !== undefined;

/** Undefined where blobs are pulled from the bucket. Throws where the template holds what this machine can't play. */
export function pullPlanOf(template: Template): PullPlan | undefined {
  const [distribution, ...more] = template.ofType("AWS::CloudFront::Distribution").filter(isOfPulls);
  if (more.length > 0) throw new Error("the template has several distributions of blobs");
  if (distribution === undefined) return undefined;
  const config = distribution.property("DistributionConfig") as RawConfig;
  const behaviour = config.DefaultCacheBehavior;
  const fail = (why: string): never => {
    throw new Error(`the gateway can't play the distribution ${distribution.logicalId}: ${why}`);
  };
  if (config.Aliases !== undefined || config.CacheBehaviors !== undefined) fail("it has names or behaviours");
  if (behaviour["CachePolicyId"] !== CACHING_BY_PATH) fail("it caches by something else than the path");
  if (String(behaviour["AllowedMethods"]) !== "GET,HEAD") fail("it takes other methods than GET and HEAD");
  const strange = Object.keys(behaviour).find((name) => !PLAYED.has(name));
  if (strange !== undefined) fail(`it has ${strange}`);
  const [origin] = config.Origins;
  const [, bucket] = /^(.+)\.RegionalDomainName$/.exec(String(origin?.["DomainName"])) ?? [];
  return {
    logicalId: distribution.logicalId,
    domain: `${distribution.name}.DomainName`,
    bucket: bucket ?? fail("its origin is no bucket of the stack"),
    keys: keysOf(behaviour["TrustedKeyGroups"] as readonly string[], template),
    statements: statementsOf(distribution, bucket ?? "", template),
    onResponse: onResponseOf(behaviour["FunctionAssociations"], template) ?? fail("it has not one function"),
  };
}

function keysOf(groups: readonly string[], template: Template): PullPlan["keys"] {
  const trusted = template
    .ofType("AWS::CloudFront::KeyGroup")
    .filter(({ name }) => groups.includes(name))
    .flatMap(({ property }) => (property("KeyGroupConfig") as { readonly Items: readonly string[] }).Items);
  return new Map(
    template
      .ofType("AWS::CloudFront::PublicKey")
      .filter(({ name }) => trusted.includes(name))
      .map(({ name, property }) => {
        const { EncodedKey } = property("PublicKeyConfig") as { readonly EncodedKey: string };
        return [name, createPublicKey(EncodedKey)] as const;
      }),
  );
}

type RawStatement = Readonly<Record<string, unknown>>;

/** What the policy of the bucket lets CloudFront do, for this distribution. */
function statementsOf({ name }: Resource, bucket: string, template: Template): readonly Statement[] {
  const { accountId } = template.place;
  const arn = `arn:aws:cloudfront::${accountId}:distribution/${name}`;
  const isForIt = ({ Effect, Principal, Condition }: RawStatement): boolean =>
    Effect === "Allow" &&
    JSON.stringify(Principal) === '{"Service":"cloudfront.amazonaws.com"}' &&
    JSON.stringify(Condition) === JSON.stringify({ StringEquals: { "AWS:SourceArn": arn } });
  return template
    .ofType("AWS::S3::BucketPolicy")
    .filter(({ property }) => property("Bucket") === bucket)
    .flatMap(({ property }) => (property("PolicyDocument") as { Statement: RawStatement[] }).Statement)
    .filter(isForIt)
    .flatMap(({ Effect, Action, Resource }) => parsePolicy({ Statement: { Effect, Action, Resource } }));
}

function onResponseOf(associations: unknown, template: Template): ResponseFunction | undefined {
  const [association, ...more] = associations as readonly { EventType: string; FunctionARN: string }[];
  if (association?.EventType !== "viewer-response" || more.length > 0) return undefined;
  const found = template
    .ofType("AWS::CloudFront::Function")
    .find(({ name }) => association.FunctionARN === `${name}.FunctionARN`);
  return found && loadResponseFunction(String(found.property("FunctionCode")));
}
