import { describe, expect, it } from "vitest";
import { readSettings } from "../../functions/settings.ts";
import { API_FUNCTIONS, FUNCTION_NAMES } from "../../infra/functions.ts";
import {
  addRegistry,
  createApp,
  functionsOf,
  resourceOf,
  resourcesOf,
  synthesize,
  type Template,
} from "./support/synth.ts";

const template = synthesize();
const alarmsOf = (from: Template) =>
  resourcesOf(from, "AWS::CloudWatch::Alarm").map(({ Properties }) => Properties);

describe("the functions", () => {
  const functions = functionsOf(template).map(({ Properties }) => Properties);

  it("are one for each family, and the sweep, on the runtime that they are built for", () => {
    expect(functions.map(({ Description }) => Description)).toEqual(
      FUNCTION_NAMES.map((name) => `Berth, team main: ${name}`),
    );
    for (const properties of functions) {
      expect(properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
      });
      expect(properties["Code"]).toHaveProperty("S3Key");
    }
  });

  it("end before the gateway stops waiting, but for the sweep", () => {
    const timeouts = functions.map(({ Timeout }) => Timeout);
    expect(timeouts).toEqual([...API_FUNCTIONS.map(() => 29), 900]);
  });

  it("are not run again where one fails that the clock calls: the next day's sweep goes on", () => {
    expect(resourceOf(template, "AWS::Lambda::EventInvokeConfig").Properties).toEqual({
      FunctionName: { Ref: expect.stringMatching(/^sweepFunction/) },
      Qualifier: "$LATEST",
      MaximumRetryAttempts: 0,
    });
  });

  it("are told only of the stores that they have rights to", () => {
    const told = functions.map(({ Environment }) => {
      const { Variables } = Environment as { Variables: Readonly<Record<string, unknown>> };
      return ["BERTH_TABLE", "BERTH_BUCKET"].filter((name) => Variables[name] !== undefined);
    });
    const both = ["BERTH_TABLE", "BERTH_BUCKET"];
    // base, manifests, blobs, tags, referrers, uploads, push, deep, sweep
    expect(told).toEqual([[], both, both, ["BERTH_TABLE"], both, both, both, both, both]);
  });

  it("find in their environment what they read from it", () => {
    for (const { Environment } of functions) {
      const { Variables } = Environment as { Variables: Readonly<Record<string, unknown>> };
      const environment = Object.fromEntries(
        Object.entries(Variables).map(([name, value]) => [name, resolved(value)]),
      );
      expect(
        readSettings(environment, ["team", "logLevel", "headBody", "headBlob", "uploadIdle", "tracing"]),
      ).toEqual({
        team: "main",
        logLevel: "info",
        headBody: "as-get",
        headBlob: "answer",
        uploadIdle: 24 * 60 * 60 * 1000,
        tracing: "off",
      });
    }
  });

  it("keep their logs for as long as logRetentionDays says", () => {
    const retentions = (days: number) =>
      resourcesOf(synthesize({ settings: { logRetentionDays: days } }), "AWS::Logs::LogGroup").map(
        ({ Properties }) => Properties["RetentionInDays"],
      );
    // One for each function, the upload door, what copies its code, and the API's access log.
    expect(retentions(7)).toEqual(Array.from({ length: FUNCTION_NAMES.length + 3 }, () => 7));
  });

  /** As CloudFormation fills in a parameter that nobody sets. */
  function resolved(value: unknown): string {
    if (typeof value === "string") return value;
    const { Ref } = value as { Ref: string };
    return String(template.Parameters[Ref]?.Default ?? Ref);
  }
});

describe("switches, all of them off until a team sets them", () => {
  it("tracing: X-Ray records the functions", () => {
    const modes = (from: Template) => functionsOf(from).map(({ Properties }) => Properties["TracingConfig"]);
    const traced = synthesize({ settings: { tracing: true } });
    expect(modes(template)).toEqual(FUNCTION_NAMES.map(() => undefined));
    expect(modes(traced)).toEqual(FUNCTION_NAMES.map(() => ({ Mode: "Active" })));
    expect(JSON.stringify(traced)).toContain('"BERTH_TRACING":"on"');
  });

  it("reservedConcurrency: only the functions that it names", () => {
    const reserved = synthesize({ settings: { reservedConcurrency: { uploads: 20 } } });
    const concurrencies = (from: Template) =>
      functionsOf(from).flatMap(({ Properties }) =>
        Properties["ReservedConcurrentExecutions"] === undefined
          ? []
          : [[Properties["Description"], Properties["ReservedConcurrentExecutions"]]],
      );
    expect(concurrencies(template)).toEqual([]);
    expect(concurrencies(reserved)).toEqual([["Berth, team main: uploads", 20]]);
  });
});

describe("alarms", () => {
  it("watch the API, the functions, the table and the sweep, and go to the topic", () => {
    const watched = alarmsOf(template).map(
      ({ AlarmDescription }) => String(AlarmDescription).split(/[:,;]| and /)[0],
    );
    expect(watched).toEqual([
      "The API answers 5xx",
      "A function fails or runs into its time limit",
      "Functions are throttled",
      "A request took more than 25 s",
      "DynamoDB throttles",
      "The sweep of leftovers fails",
      "The upload door answers 5xx",
      "The sweep has not run for two days",
    ]);
    for (const { AlarmActions } of alarmsOf(template)) {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmsTopic/) }]);
    }
  });

  it("look at every function, within the ten metrics that an alarm takes", () => {
    const many = alarmsOf(template).filter(({ Metrics }) => Metrics !== undefined);
    for (const { Metrics } of many) expect((Metrics as readonly unknown[]).length).toBeLessThanOrEqual(10);
    const errors = many.find(({ AlarmDescription }) =>
      String(AlarmDescription).startsWith("A function fails"),
    );
    for (const name of API_FUNCTIONS) expect(JSON.stringify(errors)).toContain(`"${name}Function`);
  });

  it("may publish to the topic, for their account alone, and over TLS alone", () => {
    const { PolicyDocument } = resourceOf(template, "AWS::SNS::TopicPolicy").Properties as {
      PolicyDocument: { Statement: readonly object[] };
    };
    expect(PolicyDocument.Statement).toMatchObject([
      { Effect: "Deny", Action: "sns:Publish", Condition: { Bool: { "aws:SecureTransport": "false" } } },
      {
        Effect: "Allow",
        Action: "sns:Publish",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
      },
    ]);
  });
});

describe("one team, one stack", () => {
  const app = createApp();
  const names = ["main", "research"];
  const stacks = names.map((name) => addRegistry(app, name));
  const assembly = app.synth();
  const templates = stacks.map(
    ({ artifactId }) => assembly.getStackArtifact(artifactId).template as Template,
  );

  it("is what one app makes of any number of teams", () => {
    expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual(["berth-main", "berth-research"]);
    expect(
      assembly.stacks.flatMap(({ dependencies }) => dependencies.filter(({ id }) => !id.endsWith(".assets"))),
    ).toEqual([]);
  });

  it("shares nothing: no template names the other team, nor anything but its own", () => {
    const [main, research] = templates.map((each) => JSON.stringify(each));
    expect(main).not.toContain("research");
    expect(research).not.toContain("team main");
    for (const text of [main, research]) expect(text).not.toContain("Fn::ImportValue");
  });

  it("has no physical names, which would collide with another stack or region, but one with both in it", () => {
    const NAMES = [
      "FunctionName",
      "RoleName",
      "TableName",
      "BucketName",
      "TopicName",
      "AlarmName",
      "DashboardName",
    ];
    for (const { Type, Properties } of Object.values(template.Resources)) {
      // FunctionName: of the function that it is for
      if (Type === "AWS::Lambda::Permission" || Type === "AWS::Lambda::EventInvokeConfig") continue;
      // the upload door's, which CloudFormation wants
      if (Type.startsWith("AWS::Lambda::WebFunction")) continue;
      expect(NAMES.filter((name) => Properties[name] !== undefined)).toEqual([]);
    }
  });

  it("is tagged with its team, the stack and all that can be", () => {
    expect(assembly.stacks.map(({ tags }) => tags)).toEqual(
      names.map((team) => ({ application: "berth", team })),
    );
    const { Tags } = resourceOf(template, "AWS::DynamoDB::Table").Properties;
    expect(Tags).toEqual([
      { Key: "application", Value: "berth" },
      { Key: "team", Value: "main" },
    ]);
  });

  it("can't be deleted by mistake, unless it is one for tests", () => {
    expect(stacks.map(({ terminationProtection }) => terminationProtection)).toEqual([true, true]);
    expect(addRegistry(createApp(), "main", { deployment: { ephemeral: true } }).terminationProtection).toBe(
      false,
    );
  });

  it("tells where the registry is, what docker takes, and where to look", () => {
    const { RegistryUrl, RegistryHost, TableName, BucketName, AccessLog } = template.Outputs;
    const host = JSON.stringify(RegistryHost?.Value);
    expect(host).toContain("EdgeDistribution");
    expect(host).not.toContain("https://");
    expect(JSON.stringify(RegistryUrl?.Value)).toContain('"https://"');
    expect(TableName?.Value).toEqual({ Ref: expect.stringMatching(/^StorageTable/) });
    expect(BucketName?.Value).toEqual({ Ref: expect.stringMatching(/^StorageBucket/) });
    expect(AccessLog?.Value).toEqual({ Ref: expect.stringMatching(/^GatewayAccessLog/) });
  });
});
