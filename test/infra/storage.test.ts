import { describe, expect, it } from "vitest";
import { LONGEST_UPLOAD } from "../../shared/registry/uploads.ts";
import { type Resource, resourceOf, resourcesOf, synthesize } from "./support/synth.ts";

/** The upload door has a bucket for its code. */
const WITHOUT_DOOR = { door: "none" };

const template = synthesize({ settings: WITHOUT_DOOR });
const ephemeral = synthesize({ settings: WITHOUT_DOOR, deployment: { ephemeral: true } });
const STORES = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"];
const DAY = 24 * 60 * 60 * 1000;

const fateOf = ({ DeletionPolicy, UpdateReplacePolicy }: Resource) => ({
  DeletionPolicy,
  UpdateReplacePolicy,
});
const KEPT = { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" };
const GONE = { DeletionPolicy: "Delete", UpdateReplacePolicy: "Delete" };

describe("the table", () => {
  const { Properties } = resourceOf(template, "AWS::DynamoDB::Table");

  it("has the keys of the Table port, and drops what has expired", () => {
    expect(Properties).toMatchObject({
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
    });
  });

  it("costs by request, can be restored, and can't be deleted by mistake", () => {
    expect(Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
      DeletionProtectionEnabled: true,
    });
  });
});

describe("the bucket", () => {
  const { Properties } = resourceOf(template, "AWS::S3::Bucket");
  const { Rules } = Properties["LifecycleConfiguration"] as { Rules: readonly Record<string, unknown>[] };
  const { Statement } = (
    resourceOf(template, "AWS::S3::BucketPolicy").Properties as {
      PolicyDocument: { Statement: readonly Record<string, unknown>[] };
    }
  ).PolicyDocument;

  it("is private, encrypted and versioned", () => {
    expect(Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      VersioningConfiguration: { Status: "Enabled" },
    });
  });

  it("allows nobody anything by its policy: it only denies", () => {
    expect(Statement.map(({ Effect }) => Effect)).not.toContain("Allow");
  });

  it("denies what does not come over TLS 1.2, and signed URLs that are older than 15 minutes", () => {
    const conditions = Statement.map(({ Condition }) => Condition);
    expect(conditions).toEqual(
      expect.arrayContaining([
        { Bool: { "aws:SecureTransport": "false" } },
        { NumericLessThan: { "s3:TlsVersion": 1.2 } },
        { NumericGreaterThan: { "s3:signatureAge": "900000" } },
      ]),
    );
    for (const { Action, Principal } of Statement.slice(0, 2)) {
      expect({ Action, Principal }).toEqual({ Action: "s3:*", Principal: { AWS: "*" } });
    }
  });

  it("ends unfinished uploads, but none that may go on", () => {
    const rule = Rules.find(({ Id }) => Id === "unfinished-uploads");
    expect(rule).toMatchObject({
      Status: "Enabled",
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 22 },
    });
    expect(LONGEST_UPLOAD / DAY).toBeLessThan(22);
  });

  it("keeps old versions longer than a table can be restored", () => {
    const rule = Rules.find(({ Id }) => Id === "old-versions");
    expect(rule).toMatchObject({ Status: "Enabled", NoncurrentVersionExpiration: { NoncurrentDays: 45 } });
    expect(rule).not.toHaveProperty("ExpirationInDays");
  });
});

describe("the end of a registry", () => {
  it("leaves the table, the bucket with its policy, and the logs", () => {
    for (const type of STORES) expect(fateOf(resourceOf(template, type))).toEqual(KEPT);
    for (const log of resourcesOf(template, "AWS::Logs::LogGroup")) expect(fateOf(log)).toEqual(KEPT);
  });

  it("leaves the key too, where there is one", () => {
    const keyed = synthesize({ settings: { ...WITHOUT_DOOR, customerKey: true } });
    expect(fateOf(resourceOf(keyed, "AWS::KMS::Key"))).toEqual(KEPT);
  });

  it("leaves nothing of one for tests (-c ephemeral=true)", () => {
    for (const type of STORES) expect(fateOf(resourceOf(ephemeral, type))).toEqual(GONE);
    for (const log of resourcesOf(ephemeral, "AWS::Logs::LogGroup")) expect(fateOf(log)).toEqual(GONE);
    expect(resourceOf(ephemeral, "AWS::DynamoDB::Table").Properties["DeletionProtectionEnabled"]).toBe(false);
    expect(resourcesOf(ephemeral, "Custom::S3AutoDeleteObjects").length).toBe(1);
    expect(resourcesOf(template, "Custom::S3AutoDeleteObjects")).toEqual([]);
  });
});

describe("an upgrade", () => {
  it("finds the table, the bucket and the API under their old names: under new ones CloudFormation would replace them", () => {
    const names = Object.entries(template.Resources).flatMap(([name, { Type }]) =>
      ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::ApiGatewayV2::Api"].includes(Type) ? [name] : [],
    );
    expect(names).toEqual(["StorageTableB43FDCE7", "StorageBucket5CB7C8EA", "GatewayApiB3C8C360"]);
  });
});

describe("customerKey", () => {
  const keyed = synthesize({ settings: { ...WITHOUT_DOOR, customerKey: true } });

  it("is off: a key costs money while nobody uses it", () => {
    expect(resourcesOf(template, "AWS::KMS::Key")).toEqual([]);
  });

  it("tells which key it is: existingKey wants it when the stack is gone", () => {
    expect(keyed.Outputs["KeyArn"]?.Value).toEqual({
      "Fn::GetAtt": [expect.stringMatching(/^StorageKey/), "Arn"],
    });
    expect(template.Outputs["KeyArn"]).toBeUndefined();
  });

  it("encrypts the table and the bucket with one key, which is rotated", () => {
    expect(resourceOf(keyed, "AWS::KMS::Key").Properties).toMatchObject({ EnableKeyRotation: true });
    expect(resourceOf(keyed, "AWS::DynamoDB::Table").Properties).toMatchObject({
      SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
    });
    expect(resourceOf(keyed, "AWS::S3::Bucket").Properties["BucketEncryption"]).toMatchObject({
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } },
      ],
    });
  });
});

describe("existingTable, existingBucket, existingKey", () => {
  const key = "arn:aws:kms:eu-central-1:111122223333:key/1f2e";
  const adopted = synthesize({
    settings: { ...WITHOUT_DOOR, existingTable: "restored", existingBucket: "kept-bucket", existingKey: key },
  });

  it("take the place of new ones, which are not made", () => {
    for (const type of [...STORES, "AWS::KMS::Key"]) expect(resourcesOf(adopted, type)).toEqual([]);
    expect(adopted.Outputs).toMatchObject({
      TableName: { Value: "restored" },
      BucketName: { Value: "kept-bucket" },
    });
  });

  it("are what the functions are told of, and have rights to", () => {
    const text = JSON.stringify(adopted.Resources);
    expect(text).toContain('"BERTH_TABLE":"restored"');
    expect(text).toContain('"BERTH_BUCKET":"kept-bucket"');
    expect(text).toContain(':table/restored"');
    expect(text).toContain(':s3:::kept-bucket/blobs/*"');
    expect(text).toContain(key);
  });
});
