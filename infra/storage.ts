import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { LONGEST_UPLOAD_HOURS, type TeamSettings } from "./settings.ts";

/** days: as far back as DynamoDB restores a table */
const RESTORE_WINDOW = 35;
/** days: objects outlive the table that may be restored, so that what it names is still there */
const OLD_VERSIONS = RESTORE_WINDOW + 10;
/** days: the sweep removes leftovers much earlier; this is for a sweep that does not run */
const UNFINISHED_UPLOADS = LONGEST_UPLOAD_HOURS / 24 + 1;
/** A signed URL is good for so long, whoever made it and whatever it says itself. */
const SIGNED_URL = Duration.minutes(15);

interface StorageProps {
  readonly settings: TeamSettings;
  readonly ephemeral: boolean;
}

/** Where a registry keeps everything: the table, the bucket, and the key that both are encrypted with, where there is one. */
export class Storage extends Construct {
  readonly table: Pick<ITable, "tableName" | "tableArn">;
  readonly bucket: IBucket;
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    const { existingTable, existingBucket } = props.settings;
    this.key = this.#findKey(props);
    this.table = existingTable ? Table.fromTableName(this, "Table", existingTable) : this.#createTable(props);
    const bucket = existingBucket
      ? Bucket.fromBucketName(this, "Bucket", existingBucket)
      : this.#createBucket(props);
    // Each is one, but for what exactOptionalPropertyTypes reads into CDK's declaration of its own class.
    this.bucket = bucket as IBucket;
  }

  /**
   * Lets one CloudFront distribution read blobs, and answers the statement that says so: the policy of a bucket that stood
   * before is its owner's, and so is that of a key.
   */
  allowPulls(distributionArn: string): PolicyStatement {
    const statement = readByDistribution(this.bucket, distributionArn);
    this.bucket.addToResourcePolicy(statement);
    this.key?.addToResourcePolicy(decryptForDistributions());
    return statement;
  }

  #findKey({ settings, ephemeral }: StorageProps): IKey | undefined {
    if (settings.existingKey) return Key.fromKeyArn(this, "Key", settings.existingKey);
    if (!settings.customerKey) return undefined;
    return new Key(this, "Key", {
      description: "Encrypts what the registry keeps",
      enableKeyRotation: true,
      removalPolicy: removalPolicyOf(ephemeral),
    });
  }

  #createTable({ ephemeral }: StorageProps): Table {
    return new Table(this, "Table", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      timeToLiveAttribute: "expires",
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: RESTORE_WINDOW,
      },
      ...(this.key
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: this.key }
        : { encryption: TableEncryption.DEFAULT }),
      deletionProtection: !ephemeral,
      removalPolicy: removalPolicyOf(ephemeral),
    });
  }

  #createBucket({ ephemeral }: StorageProps): Bucket {
    const bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...(this.key
        ? { encryption: BucketEncryption.KMS, encryptionKey: this.key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [
        {
          id: "unfinished-uploads",
          abortIncompleteMultipartUploadAfter: Duration.days(UNFINISHED_UPLOADS),
        },
        {
          id: "old-versions",
          noncurrentVersionExpiration: Duration.days(OLD_VERSIONS),
          expiredObjectDeleteMarker: true,
        },
      ],
      removalPolicy: removalPolicyOf(ephemeral),
      autoDeleteObjects: ephemeral,
    });
    bucket.addToResourcePolicy(refuseOldUrls(bucket));
    // A bucket that outlives its stack keeps its policy.
    bucket.policy?.applyRemovalPolicy(removalPolicyOf(ephemeral));
    acknowledge(bucket, {
      "AwsSolutions-S1":
        "Every request of a client passes a function, which logs it; S3's own log would cost a write for each and name presigned URLs.",
    });
    return bucket;
  }
}

export const removalPolicyOf = (ephemeral: boolean): RemovalPolicy =>
  ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

const CLOUDFRONT = new ServicePrincipal("cloudfront.amazonaws.com");

const readByDistribution = (bucket: IBucket, arn: string): PolicyStatement =>
  new PolicyStatement({
    sid: "PullsByCloudFront",
    effect: Effect.ALLOW,
    principals: [CLOUDFRONT],
    actions: ["s3:GetObject"],
    resources: [bucket.arnForObjects("blobs/*")],
    conditions: { StringEquals: { "AWS:SourceArn": arn } },
  });

/** Any of the account: the distribution is made of the bucket, and the bucket of the key, so the key can't name it. */
const decryptForDistributions = (): PolicyStatement =>
  new PolicyStatement({
    sid: "PullsByCloudFront",
    effect: Effect.ALLOW,
    principals: [CLOUDFRONT],
    actions: ["kms:Decrypt"],
    resources: ["*"],
    conditions: {
      ArnLike: { "AWS:SourceArn": `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/*` },
    },
  });

const refuseOldUrls = (bucket: Bucket): PolicyStatement =>
  new PolicyStatement({
    sid: "RefuseOldSignedUrls",
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ["s3:GetObject"],
    resources: [bucket.arnForObjects("*")],
    conditions: { NumericGreaterThan: { "s3:signatureAge": String(SIGNED_URL.toMilliseconds()) } },
  });
