import { describe, expect, it } from "vitest";
import { FUNCTION_NAMES, type FunctionName } from "../../infra/functions.ts";
import { functionsOf, resourceOf, resourcesOf, synthesize, type Template } from "./support/synth.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const template = synthesize();

/** Actions by what they are allowed on: the table, the bucket, objects under a prefix, the log, the key, everything. */
function rightsOf(from: Template, name: FunctionName): Readonly<Record<string, readonly string[]>> {
  return rightsOfRole(from, roleOf(from, name));
}

function roleOf(from: Template, name: string): unknown {
  const lambda = functionsOf(from).find(
    ({ Properties }) => Properties["Description"] === `Berth, team main: ${name}`,
  );
  if (!lambda) throw new Error(`the template has no function ${name}`);
  return lambda.Properties["Role"];
}

/** What is allowed; what is denied, and under which condition, is a test of its own. */
function rightsOfRole(from: Template, named: unknown): Readonly<Record<string, readonly string[]>> {
  const allowed = statementsOf(from, named).filter(({ Effect }) => Effect === "Allow");
  const rights = allowed.flatMap(({ Action, Resource }) =>
    [Resource].flat().map((resource) => [placeOf(resource), [Action].flat().toSorted()] as const),
  );
  expect(new Set(rights.map(([place]) => place)).size).toBe(rights.length);
  return Object.fromEntries(rights);
}

function statementsOf(from: Template, named: unknown): readonly Statement[] {
  const { "Fn::GetAtt": role } = named as { "Fn::GetAtt": [string, "Arn"] };
  const { Policies, ManagedPolicyArns } = (from.Resources[role[0]]?.Properties ?? {}) as {
    Policies: readonly { PolicyDocument: { Statement: readonly Statement[] } }[];
    ManagedPolicyArns?: unknown;
  };
  expect(ManagedPolicyArns).toBeUndefined();
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function placeOf(resource: unknown): string {
  const text = JSON.stringify(resource);
  if (text === '"*"') return "everything";
  const prefix = /"\/([\w-]+)\/\*"/.exec(text)?.[1];
  if (prefix) return `objects ${prefix}/`;
  return (
    ["StorageTable", "StorageBucket", "StorageKey", "Log", "cdk-hnb659fds-assets"].find((part) =>
      text.includes(part),
    ) ?? text
  );
}

const LOG = { Log: ["logs:CreateLogStream", "logs:PutLogEvents"] };
const READ_ITEM = ["dynamodb:GetItem"];
const READ_RANGE = ["dynamodb:GetItem", "dynamodb:Query"];
const ADD = [
  "dynamodb:BatchGetItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
];
const WRITE_TABLE = [
  "dynamodb:BatchGetItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
];
const UPLOAD = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:GetObject",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
];

describe("what each function may do: this, and nothing else", () => {
  it("base: write its log", () => {
    expect(rightsOf(template, "base")).toEqual(LOG);
  });

  it("manifests, referrers: read items, or ranges of them, and the objects that hold large manifests", () => {
    const others = { ...LOG, "objects manifests/": ["s3:GetObject"], StorageBucket: ["s3:ListBucket"] };
    expect(rightsOf(template, "manifests")).toEqual({ ...others, StorageTable: READ_ITEM });
    expect(rightsOf(template, "referrers")).toEqual({ ...others, StorageTable: READ_RANGE });
  });

  it("blobs: read items, and the objects that its signed URLs lead to", () => {
    expect(rightsOf(template, "blobs")).toEqual({
      ...LOG,
      StorageTable: READ_ITEM,
      "objects blobs/": ["s3:GetObject"],
    });
  });

  it("tags: read items and ranges of them", () => {
    expect(rightsOf(template, "tags")).toEqual({ ...LOG, StorageTable: READ_RANGE });
  });

  it("uploads: add to the table and change it, but take nothing out of it, and write objects of blobs", () => {
    expect(rightsOf(template, "uploads")).toEqual({
      ...LOG,
      StorageTable: ADD,
      "objects blobs/": UPLOAD,
      StorageBucket: ["s3:ListBucket"],
    });
  });

  it("push: write the table, and objects that hold large manifests; blobs it can't touch", () => {
    expect(rightsOf(template, "push")).toEqual({
      ...LOG,
      StorageTable: WRITE_TABLE,
      "objects manifests/": ["s3:DeleteObject", "s3:PutObject"],
    });
  });

  it("deep: what all of those may", () => {
    expect(rightsOf(template, "deep")).toEqual({
      ...LOG,
      StorageTable: WRITE_TABLE,
      "objects blobs/": UPLOAD,
      "objects manifests/": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
      StorageBucket: ["s3:ListBucket"],
    });
  });

  it("sweep: write the table, list the bucket and remove objects, but put none", () => {
    expect(rightsOf(template, "sweep")).toEqual({
      ...LOG,
      StorageTable: WRITE_TABLE,
      "objects blobs/": ["s3:AbortMultipartUpload", "s3:DeleteObject"],
      "objects manifests/": ["s3:DeleteObject", "s3:GetObject"],
      StorageBucket: ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
    });
  });

  it("is held by a role of its own, whose log is its own", () => {
    const roles = functionsOf(template).map(({ Properties }) => JSON.stringify(Properties["Role"]));
    expect(new Set(roles).size).toBe(FUNCTION_NAMES.length);
    expect(resourcesOf(template, "AWS::IAM::Policy")).toEqual([]);
    // The upload door has one, and what copies its code.
    expect(resourcesOf(template, "AWS::IAM::Role").length).toBe(FUNCTION_NAMES.length + 2);
  });
});

describe("what the upload door may do", () => {
  const doorRole = (from: Template): unknown => {
    const { ServiceConfig } = resourceOf(from, "AWS::Lambda::WebFunctionRevision").Properties;
    return (ServiceConfig as { ExecutionRoleArn: unknown }).ExecutionRoleArn;
  };

  it("is what uploads may", () => {
    expect(rightsOfRole(template, doorRole(template))).toEqual(rightsOf(template, "uploads"));
  });

  it("is as much of the key as writers have, where there is one", () => {
    const keyed = synthesize({ settings: { customerKey: true } });
    const { StorageKey } = rightsOfRole(keyed, doorRole(keyed));
    expect(StorageKey).toEqual(rightsOf(keyed, "uploads")["StorageKey"]);
  });

  it("is, of what copies its code, to read bundles that CDK deploys, and to put and remove copies", () => {
    const [copy, ...more] = resourcesOf(template, "AWS::Lambda::Function").filter(
      ({ Properties }) => Properties["Description"] === undefined,
    );
    expect(more).toEqual([]);
    const rights = rightsOfRole(template, copy?.Properties["Role"]);
    expect(rights).toEqual({
      ...LOG,
      "cdk-hnb659fds-assets": ["s3:GetObject"],
      "objects web-function/": ["s3:DeleteObjectVersion", "s3:PutObject"],
    });
  });
});

describe("what the switches add", () => {
  it("customerKey: readers may decrypt, writers encrypt too, base neither", () => {
    const keyed = synthesize({ settings: { customerKey: true } });
    expect(rightsOf(keyed, "blobs")["StorageKey"]).toEqual(["kms:Decrypt", "kms:DescribeKey"]);
    expect(rightsOf(keyed, "uploads")["StorageKey"]).toEqual([
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ]);
    expect(rightsOf(keyed, "base")).toEqual(LOG);
  });

  it("tracing: every function may send what X-Ray records", () => {
    const traced = synthesize({ settings: { tracing: true } });
    for (const name of FUNCTION_NAMES) {
      expect(rightsOf(traced, name)["everything"]).toEqual([
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
      ]);
    }
  });
});
