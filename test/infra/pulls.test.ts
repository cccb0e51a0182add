import { createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readSettings } from "../../functions/settings.ts";
import { createPublicKeyText } from "./support/pull-keys.ts";
import { functionsOf, resourceOf, resourcesOf, synthesize, type Template } from "./support/synth.ts";

const KEY = { publicKey: createPublicKeyText(), parameter: "/berth/main/pulls" };
const SETTINGS = { pulls: "edge", pullsKeys: [KEY] };
const NAMES = {
  pullsDomain: "blobs.example.net",
  pullsCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1f-2e",
};

const template = synthesize({ settings: SETTINGS });
const idOf = (from: Template, type: string, beginning = ""): string =>
  Object.entries(from.Resources).find(([id, { Type }]) => Type === type && id.startsWith(beginning))?.[0] ??
  "none";
const PULLS = "Pulls";

const configOf = (from: Template) =>
  from.Resources[idOf(from, "AWS::CloudFront::Distribution", PULLS)]?.Properties[
    "DistributionConfig"
  ] as Readonly<Record<string, unknown>>;
const config = configOf(template);
const behaviour = config["DefaultCacheBehavior"] as Readonly<Record<string, unknown>>;

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
}
const policyOf = (from: Template, type: string, property: string): readonly Statement[] =>
  resourcesOf(from, type).flatMap(
    ({ Properties }) => (Properties[property] as { readonly Statement: readonly Statement[] }).Statement,
  );
const allowedByBucket = (from: Template) =>
  policyOf(from, "AWS::S3::BucketPolicy", "PolicyDocument").filter(({ Sid }) => Sid === "PullsByCloudFront");

describe("what blobs are pulled from, with pulls at the edge", () => {
  it("is a distribution that serves nobody but who has a URL that is signed with a key of the team", () => {
    const keys = resourceOf(template, "AWS::CloudFront::KeyGroup").Properties["KeyGroupConfig"];
    const key = idOf(template, "AWS::CloudFront::PublicKey");
    expect(keys).toMatchObject({ Items: [{ Ref: key }] });
    expect(behaviour["TrustedKeyGroups"]).toEqual([{ Ref: idOf(template, "AWS::CloudFront::KeyGroup") }]);
    expect(config).not.toHaveProperty("CacheBehaviors");
    const { PublicKeyConfig } = resourceOf(template, "AWS::CloudFront::PublicKey").Properties;
    const der = createPublicKey((PublicKeyConfig as { EncodedKey: string }).EncodedKey).export({
      type: "spki",
      format: "der",
    });
    expect(der.toString("base64")).toBe(KEY.publicKey);
  });

  it("reads only, by HTTPS only, and keeps what it has read by the path alone", () => {
    expect(behaviour).toMatchObject({
      AllowedMethods: ["GET", "HEAD"],
      ViewerProtocolPolicy: "https-only",
      Compress: false,
      // the managed policy CachingOptimizedForUncompressedObjects
      CachePolicyId: "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    });
    expect(behaviour).not.toHaveProperty("OriginRequestPolicyId");
  });

  it("keeps no failure of the bucket", () => {
    expect(config["CustomErrorResponses"]).toEqual(
      expect.arrayContaining([404, 500, 503].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 }))),
    );
  });

  it("tells the digest by a function on its answers, and logs nothing", () => {
    const id = idOf(template, "AWS::CloudFront::Function", PULLS);
    expect(behaviour["FunctionAssociations"]).toEqual([
      { EventType: "viewer-response", FunctionARN: { "Fn::GetAtt": [id, "FunctionARN"] } },
    ]);
    expect(config["Logging"]).toBeUndefined();
  });

  it("signs its own requests to the bucket, all of them", () => {
    const access = idOf(template, "AWS::CloudFront::OriginAccessControl");
    expect(template.Resources[access]?.Properties["OriginAccessControlConfig"]).toMatchObject({
      OriginAccessControlOriginType: "s3",
      SigningBehavior: "always",
      SigningProtocol: "sigv4",
    });
    expect(config["Origins"]).toEqual([
      {
        Id: "bucket",
        DomainName: {
          "Fn::GetAtt": [idOf(template, "AWS::S3::Bucket", "Storage"), "RegionalDomainName"],
        },
        OriginAccessControlId: { "Fn::GetAtt": [access, "Id"] },
        S3OriginConfig: { OriginAccessIdentity: "" },
      },
    ]);
  });

  it("is another host than the edge's: its own name, or the team's", () => {
    expect(template.Outputs["PullsHost"]?.Value).toEqual({
      "Fn::GetAtt": [idOf(template, "AWS::CloudFront::Distribution", PULLS), "DomainName"],
    });
    expect(resourcesOf(template, "AWS::CloudFront::Distribution")).toHaveLength(2);
    const named = synthesize({ settings: { ...SETTINGS, ...NAMES } });
    expect(named.Outputs["PullsHost"]?.Value).toBe("blobs.example.net");
    expect(named.Outputs).toHaveProperty("PullsTarget");
    expect(configOf(named)).toMatchObject({
      Aliases: ["blobs.example.net"],
      ViewerCertificate: { MinimumProtocolVersion: "TLSv1.2_2021" },
    });
  });
});

describe("the bucket, with pulls at the edge", () => {
  it("lets that distribution read blobs, and is as private as before", () => {
    const distribution = { Ref: idOf(template, "AWS::CloudFront::Distribution", PULLS) };
    expect(allowedByBucket(template)).toEqual([
      {
        Sid: "PullsByCloudFront",
        Effect: "Allow",
        Principal: { Service: "cloudfront.amazonaws.com" },
        Action: "s3:GetObject",
        Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": [expect.any(String), "Arn"] }, "/blobs/*"]] },
        Condition: {
          StringEquals: {
            "AWS:SourceArn": {
              "Fn::Join": [
                "",
                [
                  "arn:",
                  { Ref: "AWS::Partition" },
                  ":cloudfront::",
                  { Ref: "AWS::AccountId" },
                  ":distribution/",
                  distribution,
                ],
              ],
            },
          },
        },
      },
    ]);
    const allowing = (from: Template) =>
      policyOf(from, "AWS::S3::BucketPolicy", "PolicyDocument").filter(({ Effect }) => Effect === "Allow");
    const others = allowing(synthesize());
    expect(allowing(template)).toHaveLength(others.length + 1);
    for (const bucket of resourcesOf(template, "AWS::S3::Bucket"))
      expect(bucket.Properties["PublicAccessBlockConfiguration"]).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
  });

  it("lets it decrypt, where there is a key", () => {
    const keyed = synthesize({ settings: { ...SETTINGS, customerKey: true } });
    expect(policyOf(keyed, "AWS::KMS::Key", "KeyPolicy")).toContainEqual({
      Sid: "PullsByCloudFront",
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Action: "kms:Decrypt",
      Resource: "*",
      Condition: {
        ArnLike: {
          "AWS:SourceArn": {
            "Fn::Join": [
              "",
              expect.arrayContaining([":distribution/*"].map((end) => expect.stringContaining(end))),
            ],
          },
        },
      },
    });
  });

  it("has a policy of its owner's where it stood before: an output says what that has to allow", () => {
    const there = synthesize({ settings: { ...SETTINGS, existingBucket: "kept-bucket" } });
    expect(allowedByBucket(there)).toEqual([]);
    const statement = JSON.stringify(there.Outputs["PullsStatement"]?.Value);
    for (const part of ["PullsByCloudFront", "s3:GetObject", "kept-bucket/blobs/*", "AWS:SourceArn"])
      expect(statement).toContain(part);
    expect(template.Outputs).not.toHaveProperty("PullsStatement");
  });
});

describe("the functions, with pulls at the edge", () => {
  const told = (from: Template) =>
    functionsOf(from).flatMap(({ Properties }) => {
      const { Variables } = Properties["Environment"] as { readonly Variables: Record<string, unknown> };
      const value = Variables["BERTH_PULLS"];
      return value === undefined ? [] : [[String(Properties["Description"]).split(": ")[1], value] as const];
    });

  it("are told so where they lead to blobs, in the words that they read", () => {
    expect(told(template).map(([name]) => name)).toEqual(["blobs", "deep"]);
    for (const [, value] of told(template)) {
      const {
        "Fn::Join": [, parts],
      } = value as { "Fn::Join": [string, readonly unknown[]] };
      const text = parts.map((part) => (typeof part === "string" ? part : "Name")).join("");
      expect(readSettings({ BERTH_PULLS: text }, ["pulls"])).toEqual({
        pulls: { kind: "edge", origin: "https://Name", keyId: "Name", ...KEY },
      });
    }
  });

  it("may read the one parameter that has the private key, and nobody else may", () => {
    const reading = Object.entries(template.Resources)
      .filter(
        ([, { Type, Properties }]) =>
          Type === "AWS::IAM::Role" && JSON.stringify(Properties).includes("ssm:"),
      )
      .map(([id]) => id.replace(/Role\w*$/, ""));
    expect(reading).toEqual(["blobs", "deep"]);
    const text = JSON.stringify(template);
    expect(text.match(/ssm:\w+/g)).toEqual(["ssm:GetParameter", "ssm:GetParameter"]);
    expect(text).toContain(':parameter/berth/main/pulls"');
  });

  it("sign with the first key, while CloudFront takes the others, too: so that one can follow another", () => {
    const older = { publicKey: createPublicKeyText(), parameter: "older" };
    const both = synthesize({ settings: { pulls: "edge", pullsKeys: [KEY, older] } });
    const { Items } = resourceOf(both, "AWS::CloudFront::KeyGroup").Properties["KeyGroupConfig"] as {
      readonly Items: readonly { readonly Ref: string }[];
    };
    expect(Items).toHaveLength(2);
    // The key that stays is the same resource as before.
    expect(Items[0]?.Ref).toBe(idOf(template, "AWS::CloudFront::PublicKey"));
    expect(JSON.stringify(told(both))).toContain(`{"Ref":"${Items[0]?.Ref}"}`);
    expect(JSON.stringify(both)).not.toContain(":parameter/older");
  });
});

describe("pulls from the bucket, which is the default", () => {
  it("leaves nothing of all that in the template", () => {
    const without = synthesize();
    expect(Object.keys(without.Resources).filter((id) => id.startsWith(PULLS))).toEqual([]);
    expect(allowedByBucket(without)).toEqual([]);
    expect(JSON.stringify(without)).not.toMatch(/BERTH_PULLS|ssm:|PublicKey/);
  });
});
