import { describe, expect, it } from "vitest";
import { fixtureRoute, fixtureTemplate } from "../support/fixture.ts";
import { stackOf } from "./stack.ts";

/** In the form that CDK writes. */
const webFunction = (endpoint: object) => ({
  Web: {
    Type: "AWS::Lambda::WebFunction",
    Properties: { FunctionName: { "Fn::Join": ["", ["web-", { Ref: "AWS::Region" }]] } },
  },
  Copy: { Type: "Custom::S3ObjectCopy", Properties: { SourceObjectKey: "player.zip" } },
  Revision: {
    Type: "AWS::Lambda::WebFunctionRevision",
    Properties: {
      FunctionName: { Ref: "Web" },
      BuildConfig: {
        CodeConfig: { S3Object: { Key: { "Fn::GetAtt": ["Copy", "Key"] } } },
        RuntimeConfig: { Runtime: "nodejs24.x" },
      },
      ServiceConfig: {
        ExecutionRoleArn: { "Fn::GetAtt": ["Role", "Arn"] },
        EnvironmentVariables: { BERTH_TABLE: { Ref: "Table" } },
        MaxConcurrencyPerEnvironment: 8,
        TimeoutSeconds: 900,
      },
    },
  },
  Endpoint: {
    Type: "AWS::Lambda::WebFunctionEndpoint",
    Properties: { FunctionName: { "Fn::GetAtt": ["Web", "FunctionArn"] }, ...endpoint },
  },
});

describe("reading a synthesized stack", () => {
  it("finds the routes, and the function behind each", () => {
    const { routes } = stackOf(fixtureTemplate());
    expect([...routes.keys()]).toEqual(["ANY /play/{what}"]);
    expect(routes.get("ANY /play/{what}")).toMatchObject({ isOpen: true, mayCall: true });
    expect(routes.get("ANY /play/{what}")?.function).toMatchObject({
      handler: "index.handler",
      memory: 256,
      timeout: 2,
    });
  });

  it("resolves references to the table and the bucket", () => {
    const { functions, tables, buckets } = stackOf(fixtureTemplate());
    expect(tables).toMatchObject([{ name: "Fixture-Table", ttl: "expires" }]);
    expect(buckets).toEqual(["fixture-bucket"]);
    expect(functions[0]?.variables["BERTH_TABLE"]).toBe("Fixture-Table");
  });

  it("gives a function what its role may do, and no more", () => {
    expect(stackOf(fixtureTemplate()).functions[0]?.statements).toEqual([
      {
        effect: "Allow",
        actions: ["dynamodb:GetItem"],
        resources: ["arn:aws:dynamodb:us-east-1:123456789012:table/Fixture-Table"],
      },
      { effect: "Allow", actions: ["s3:GetObject"], resources: ["arn:aws:s3:::fixture-bucket/blobs/*"] },
    ]);
  });

  it("takes parameters, with their defaults, into conditions", () => {
    const levelFor = (parameters: Record<string, string>) =>
      stackOf(fixtureTemplate(parameters)).functions[0]?.variables["BERTH_LOG_LEVEL"];
    expect(levelFor({})).toBe("debug");
    expect(levelFor({ Level: "error" })).toBe("error");
    expect(() => levelFor({ Levle: "error" })).toThrow("the stack has no parameter Levle; it has Level");
  });

  it("reads throttling and schedules", () => {
    const { throttle, schedules } = stackOf(fixtureTemplate());
    expect(throttle).toEqual({ rate: 50, burst: 100 });
    expect(schedules).toMatchObject([{ every: 3_600_000, input: "{}" }]);
  });

  it("sees that a route is closed, and that a function does not let the API in", () => {
    const closed = fixtureRoute("GET /closed");
    const changes = {
      Any: { ...closed, Properties: { ...closed.Properties, AuthorizationType: "AWS_IAM" } },
      Permission: { Type: "AWS::Logs::LogGroup", Properties: {} },
    };
    const { routes } = stackOf(fixtureTemplate({}, changes));
    expect(routes.get("GET /closed")).toMatchObject({ isOpen: false, mayCall: false });
  });

  it("finds a Web Function with its revision, its endpoint, and the code behind the copy that Lambda reads", () => {
    const { webFunctions } = stackOf(fixtureTemplate({}, webFunction({ AuthType: "ApplicationManaged" })));
    expect(webFunctions).toMatchObject([
      {
        logicalId: "Web",
        name: "web-us-east-1",
        timeout: 900,
        atATime: 8,
        variables: { BERTH_TABLE: "Fixture-Table" },
        domain: "Fixture-Endpoint.DomainName",
      },
    ]);
    expect(webFunctions[0]?.statements.length).toBe(2);
    expect(webFunctions[0]?.code).toMatch(/player$/);
  });

  it("can't play a Web Function that wants signed requests", () => {
    const signed = webFunction({ AuthType: "IamAuth" });
    expect(() => stackOf(fixtureTemplate({}, signed))).toThrow("it wants signed requests");
  });

  it("refuses what it can't play, by name", () => {
    const Role = {
      Type: "AWS::IAM::Role",
      Properties: { ManagedPolicyArns: ["arn:aws:iam::aws:policy/Admin"] },
    };
    expect(() => stackOf(fixtureTemplate({}, { Role }))).toThrow("arn:aws:iam::aws:policy/Admin");
  });
});
