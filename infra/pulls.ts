import { createHash } from "node:crypto";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  type DistributionProps,
  FunctionEventType,
  HttpVersion,
  KeyGroup,
  PriceClass,
  PublicKey,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { createEdgeFunction } from "./edge-function.ts";
import { KEEP_NO_ERROR } from "./kept-errors.ts";
import { type PullKey, pemOf } from "./pull-keys.ts";
import { ContextError, type TeamSettings } from "./settings.ts";
import type { Storage } from "./storage.ts";

interface PullsProps {
  readonly storage: Storage;
  readonly settings: Pick<TeamSettings, "pullsKeys" | "pullsDomain" | "pullsCertificateArn">;
}

/** What blobs are pulled from instead of the bucket: a distribution that caches, for signed URLs alone (decision 16). */
export class Pulls extends Construct {
  /** the team's own domain, or CloudFront's */
  readonly host: string;
  /** CloudFront's name of it, which the team's own domain has to point at */
  readonly target: string;
  /** where blobs are pulled, as functions are told (functions/pulls/place.ts) */
  readonly place: string;
  /** of the private key to sign with */
  readonly parameterArn: string;
  /** what the policy of the bucket has to say */
  readonly statement: PolicyStatement;

  constructor(scope: Construct, id: string, { storage, settings }: PullsProps) {
    super(scope, id);
    const [first] = settings.pullsKeys;
    if (first === undefined) throw new ContextError('pulls "edge" needs pullsKeys');
    const keys = settings.pullsKeys.map((key) => this.#addKey(key));
    const distribution = new Distribution(this, "Distribution", {
      comment: "Berth: blobs, for who has a signed URL",
      defaultBehavior: {
        origin: S3BucketOrigin.withBucketDefaults(storage.bucket, {
          originId: "bucket",
          originAccessControlId: new S3OriginAccessControl(this, "Access").originAccessControlId,
        }),
        trustedKeyGroups: [new KeyGroup(this, "Keys", { items: keys })],
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED_FOR_UNCOMPRESSED_OBJECTS,
        compress: false,
        ...createEdgeFunction(this, "TellDigest", {
          comment: "Berth: the digest of a blob, as its URL says it",
          file: "tell-digest.ts",
          on: FunctionEventType.VIEWER_RESPONSE,
        }),
      },
      errorResponses: KEEP_NO_ERROR,
      httpVersion: HttpVersion.HTTP2,
      priceClass: PriceClass.PRICE_CLASS_ALL,
      ...this.#names(settings),
    });
    acknowledgeFindings(distribution, settings);
    this.statement = storage.allowPulls(distribution.distributionArn);
    this.target = distribution.distributionDomainName;
    this.host = settings.pullsDomain ?? this.target;
    this.place = [`https://${this.host}`, keys[0]?.publicKeyId, first.publicKey, first.parameter].join(" ");
    this.parameterArn = Stack.of(this).formatArn({
      service: "ssm",
      resource: "parameter",
      resourceName: first.parameter.replace(/^\//, ""),
    });
  }

  /** Under a name of its own for each key: CloudFront lets nobody change one, and CloudFormation makes the new before the old goes. */
  #addKey({ publicKey }: PullKey): PublicKey {
    const id = createHash("sha256").update(publicKey).digest("hex").slice(0, 8);
    return new PublicKey(this, `Key${id}`, { encodedKey: pemOf(publicKey) ?? "" });
  }

  #names({ pullsDomain, pullsCertificateArn }: PullsProps["settings"]): Partial<DistributionProps> {
    if (pullsDomain === undefined || pullsCertificateArn === undefined) return {};
    return {
      domainNames: [pullsDomain],
      certificate: Certificate.fromCertificateArn(this, "Certificate", pullsCertificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }
}

function acknowledgeFindings(distribution: Distribution, settings: PullsProps["settings"]): void {
  acknowledge(distribution, {
    "AwsSolutions-CFR1": "A registry is for whoever may use it, wherever they are.",
    "AwsSolutions-CFR2": "CloudFront itself refuses every request that the registry has not signed.",
    "AwsSolutions-CFR3":
      "CloudFront's log in a bucket always holds the query, and so the signature. The functions log each blob that they lead to.",
    ...(settings.pullsCertificateArn === undefined && {
      "AwsSolutions-CFR4":
        "Under CloudFront's own name the least version of TLS can't be chosen; pullsDomain brings TLS 1.2.",
    }),
  });
}
