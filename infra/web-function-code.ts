import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { WebFunctionCode as Code } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type LogGroupProps } from "aws-cdk-lib/aws-logs";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge, wildcardFinding } from "./acknowledge.ts";
import { allow, writeLog } from "./function-role.ts";

interface CodeProps {
  /** the folder with the bundle */
  readonly folder: string;
  readonly logs: LogGroupProps;
}

/** Under which CDK puts the code. */
const CODE = "web-function/*";

/**
 * A Web Function's code, which Lambda reads whenever an environment starts, from a bucket that it may read: CDK's own is
 * none. A function of CDK's copies it there and takes it away again, so that the bucket is empty when the stack goes.
 */
export class WebFunctionCode extends Construct {
  readonly code: Code;

  constructor(scope: Construct, id: string, { folder, logs }: CodeProps) {
    super(scope, id);
    const bucket = this.#createBucket();
    const logGroup = new LogGroup(this, "CopyLog", logs);
    const { bucket: deployed } = new Asset(this, "Bundle", { path: folder });
    // Not this one bundle alone: a role that changes at each upgrade would not have its new right when the copy begins.
    const bundles = deployed.arnForObjects("*.zip");
    const role = new Role(this, "CopyRole", {
      description: "Berth: what copies the code of a Web Function may do",
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: {
        rights: new PolicyDocument({
          statements: [
            ...writeLog(logGroup),
            ...allow(["s3:GetObject"], bundles),
            ...allow(["s3:PutObject", "s3:DeleteObjectVersion"], bucket.arnForObjects(CODE)),
          ],
        }),
      },
    });
    acknowledge(role, {
      [wildcardFinding(role, bucket.arnForObjects(CODE))]:
        "A copy is named by what the revision consists of, which is not known here.",
      [wildcardFinding(role, bundles)]:
        "What is deployed has another name with each upgrade, when a right to that name would come too late.",
    });
    const copyOptions = { role: role.withoutPolicyUpdates(), logGroup };
    // CDK's declarations of the class and of the interface differ in what is undefined and what is absent.
    this.code = Code.fromAssetToProvidedBucket(bucket as IBucket, folder, { copyOptions });
  }

  #createBucket(): Bucket {
    const bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, {
      "AwsSolutions-S1": "It holds nothing but code of this project, which Lambda alone reads.",
    });
    return bucket;
  }
}
