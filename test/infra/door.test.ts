import { describe, expect, it } from "vitest";
import { readSettings } from "../../functions/settings.ts";
import { FUNCTION_NAMES } from "../../infra/functions.ts";
import { functionsOf, resourceOf, resourcesOf, synthesize, type Template } from "./support/synth.ts";

const template = synthesize();
const without = synthesize({ settings: { door: "none" } });

const WEB = "AWS::Lambda::WebFunction";
const nameOf = (from: Template, type: string): string =>
  Object.entries(from.Resources).find(([, { Type }]) => Type === type)?.[0] ?? "";
const ENDPOINT = nameOf(template, `${WEB}Endpoint`);
const URL = { "Fn::Join": ["", ["https://", { "Fn::GetAtt": [ENDPOINT, "DomainName"] }]] };

interface ServiceConfig {
  readonly EnvironmentVariables: Readonly<Record<string, unknown>>;
}
const variablesOf = (from: Template): Readonly<Record<string, unknown>> =>
  (resourceOf(from, `${WEB}Revision`).Properties["ServiceConfig"] as ServiceConfig).EnvironmentVariables;

describe("the upload door", () => {
  it("is a Web Function that has 15 minutes for a request, and serves as many at a time as its memory is planned for", () => {
    expect(resourceOf(template, `${WEB}Revision`).Properties).toMatchObject({
      BuildConfig: { RuntimeConfig: { Runtime: "nodejs24.x" } },
      ServiceConfig: { TimeoutSeconds: 900, MaxConcurrencyPerEnvironment: 8 },
    });
  });

  it("lets every request in: the secret of an upload is the credential, which the program looks at", () => {
    expect(resourceOf(template, `${WEB}Endpoint`).Properties).toMatchObject({
      AuthType: "ApplicationManaged",
      EndpointType: "HomeRegion",
      EndpointName: "prod",
    });
  });

  it("is called by stack and Region: its name is unique in the account, in all Regions together", () => {
    const name = resourceOf(template, WEB).Properties["FunctionName"];
    expect(name).toEqual({ "Fn::Join": ["", ["berth-main-door-", { Ref: "AWS::Region" }]] });
    const longest = `berth-${"a".repeat(32)}-door-ap-southeast-1`;
    expect(longest.length).toBeLessThanOrEqual(64);
  });

  it("is found under its old names after an upgrade: under new ones it would have another address", () => {
    expect([nameOf(template, WEB), ENDPOINT]).toEqual([
      "UploadDoorFunctionB0CE513C",
      "UploadDoorFunctionEndpoint592E634D",
    ]);
  });

  it("finds in its environment what it reads from it, beside what Lambda sets", () => {
    const environment = Object.fromEntries(
      Object.entries(variablesOf(template)).map(([name, value]) => [name, filledIn(value)]),
    );
    const stores = ["table", "bucket"] as const;
    const names = ["team", "logLevel", ...stores, "uploadIdle", "requestTime", "uploadDoor", "api"] as const;
    expect(readSettings(environment, names)).toEqual({
      team: "main",
      logLevel: "info",
      table: expect.stringMatching(/^StorageTable/),
      bucket: expect.stringMatching(/^storagebucket/),
      uploadIdle: 24 * 60 * 60 * 1000,
      requestTime: 900_000,
      uploadDoor: "",
      api: expect.stringMatching(/^https:\/\/GatewayApi\w+\.execute-api\.AWS::Region\.AWS::URLSuffix$/),
    });
    expect(Object.keys(environment).filter((name) => name.startsWith("AWS_"))).toEqual([]);
  });

  it("is where the functions that begin uploads say that they go on; no other is told of it", () => {
    const told = functionsOf(template).map(({ Properties }) => {
      const { Variables } = Properties["Environment"] as { Variables: Readonly<Record<string, unknown>> };
      return Variables["BERTH_UPLOAD_DOOR"];
    });
    const expected = FUNCTION_NAMES.map((name) => (name === "uploads" || name === "deep" ? URL : undefined));
    expect(told).toEqual(expected);
    expect(template.Outputs["UploadDoorUrl"]?.Value).toEqual(URL);
  });

  it("keeps its log as the others do, and its code only as long as it is there", () => {
    const buckets = Object.entries(template.Resources).filter(
      ([name, { Type }]) => Type === "AWS::S3::Bucket" && name.startsWith("UploadDoor"),
    );
    expect(buckets.map(([, bucket]) => bucket)).toMatchObject([
      {
        DeletionPolicy: "Delete",
        Properties: { VersioningConfiguration: { Status: "Enabled" } },
      },
    ]);
    const logs = Object.entries(template.Resources).filter(
      ([name, { Type }]) => Type === "AWS::Logs::LogGroup" && name.startsWith("UploadDoor"),
    );
    expect(logs.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(["Retain", "Retain"]);
  });

  it("has an alarm on its 5xx, under the dimensions that Lambda publishes them under", () => {
    const alarm = resourcesOf(template, "AWS::CloudWatch::Alarm").find(
      ({ Properties }) => Properties["Namespace"] === "AWS/Lambda/Web",
    );
    expect(alarm?.Properties).toMatchObject({
      MetricName: "HTTPResponseStatusClass5XX",
      Dimensions: [
        { Name: "EndpointName", Value: "prod" },
        { Name: "FunctionName", Value: expect.anything() },
      ],
    });
  });
});

describe("door: none", () => {
  it("leaves nothing of it in the template", () => {
    expect(Object.keys(without.Resources).filter((name) => /Door|S3ObjectCopy/.test(name))).toEqual([]);
    expect(JSON.stringify(without)).not.toMatch(/WebFunction|Lambda\/Web|UploadDoorUrl/);
  });

  it("has uploads go on where they were begun", () => {
    const told = functionsOf(without).flatMap(({ Properties }) => {
      const { Variables } = Properties["Environment"] as { Variables: Readonly<Record<string, unknown>> };
      return Variables["BERTH_UPLOAD_DOOR"] ?? [];
    });
    expect(told).toEqual(["", ""]);
  });
});

/** As CloudFormation fills it in. */
function filledIn(value: unknown): string {
  if (typeof value === "string") return value;
  const { Ref: name, ...join } = value as { readonly Ref: string; readonly "Fn::Join"?: [string, unknown[]] };
  if (join["Fn::Join"]) return join["Fn::Join"][1].map(filledIn).join(join["Fn::Join"][0]);
  const filled = String(template.Parameters[name]?.Default ?? name);
  return name.startsWith("StorageBucket") ? filled.toLowerCase() : filled;
}
