import { describe, expect, it } from "vitest";
import { FUNCTION_NAMES } from "../../infra/functions.ts";
import { parseTeamSettings } from "../../infra/settings.ts";
import { functionsOf, resourceOf, resourcesOf, synthesize, type Template } from "./support/synth.ts";

const template = synthesize();
const OURS = Object.keys(template.Parameters).filter((name) => name !== "BootstrapVersion");

const environmentsOf = (from: Template) =>
  functionsOf(from).map(
    ({ Properties }) =>
      (Properties["Environment"] as { Variables: Readonly<Record<string, unknown>> }).Variables,
  );

describe("deploy-time parameters", () => {
  it("are these, each with the setting of its name as its default", () => {
    const settings = {
      logLevel: "debug",
      headBody: "none",
      headBlob: "redirect",
      uploadIdleHours: 12,
      requestsPerIdentity: 5000,
      requestsPerNetwork: 0,
      throttleRate: 7,
      throttleBurst: 9,
      sweep: "DISABLED",
      alarmAddress: "ops@example.com",
    };
    const { Parameters } = synthesize({ settings });
    const defaults = Object.entries(settings).map(([name, value]) => [
      name.replace(/^./, (letter) => letter.toUpperCase()),
      typeof value === "number" && !name.startsWith("throttle") ? String(value) : value,
    ]);
    expect(OURS.map((name) => [name, Parameters[name]?.Default])).toEqual(defaults);
  });

  it("each have an effect: something in the template refers to it", () => {
    const { Parameters: _, ...rest } = template;
    for (const name of OURS) expect(JSON.stringify(rest)).toContain(`{"Ref":"${name}"}`);
  });

  it("each say what they take: CloudFormation ends its refusal with that", () => {
    expect(OURS.map((name) => template.Parameters[name]?.ConstraintDescription)).toEqual([
      "one of error, warn, info, debug",
      "one of as-get, none",
      "one of answer, redirect",
      "a whole number of hours from 1 to 504",
      "a whole number from 0 to 1000000",
      "a whole number from 0 to 1000000",
      "a number from 1 to 10000",
      "a number from 1 to 5000",
      "one of ENABLED, DISABLED",
      "an e-mail address, or nothing",
    ]);
  });

  it("LogLevel, HeadBody, HeadBlob, UploadIdleHours, RequestsPer…: what every function is told", () => {
    for (const variables of environmentsOf(template)) {
      expect(variables).toMatchObject({
        BERTH_LOG_LEVEL: { Ref: "LogLevel" },
        BERTH_HEAD_BODY: { Ref: "HeadBody" },
        BERTH_HEAD_BLOB: { Ref: "HeadBlob" },
        BERTH_UPLOAD_IDLE_HOURS: { Ref: "UploadIdleHours" },
        BERTH_REQUESTS_PER_IDENTITY: { Ref: "RequestsPerIdentity" },
        BERTH_REQUESTS_PER_NETWORK: { Ref: "RequestsPerNetwork" },
      });
    }
    expect(environmentsOf(template).length).toBe(FUNCTION_NAMES.length);
    expect(template.Parameters["LogLevel"]?.AllowedValues).toEqual(["error", "warn", "info", "debug"]);
    expect(template.Parameters["HeadBody"]?.AllowedValues).toEqual(["as-get", "none"]);
    expect(template.Parameters["HeadBlob"]?.AllowedValues).toEqual(["answer", "redirect"]);
  });

  it("UploadIdleHours takes what the setting takes: whole hours up to the longest life of an upload", () => {
    const pattern = new RegExp(template.Parameters["UploadIdleHours"]?.AllowedPattern ?? "");
    const taken = Array.from({ length: 1200 }, (_, hours) => hours).filter((hours) =>
      pattern.test(String(hours)),
    );
    expect(taken).toEqual(Array.from({ length: 504 }, (_, index) => index + 1));
    for (const text of ["", "1.5", "01", " 1", "1h", "-1"]) expect(text).not.toMatch(pattern);
  });

  it("ThrottleRate, ThrottleBurst: what the stage lets through", () => {
    expect(resourceOf(template, "AWS::ApiGatewayV2::Stage").Properties["DefaultRouteSettings"]).toEqual({
      ThrottlingRateLimit: { Ref: "ThrottleRate" },
      ThrottlingBurstLimit: { Ref: "ThrottleBurst" },
    });
    expect(template.Parameters["ThrottleRate"]).toMatchObject({
      Type: "Number",
      MinValue: 1,
      MaxValue: 10_000,
    });
    expect(template.Parameters["ThrottleBurst"]).toMatchObject({
      Type: "Number",
      MinValue: 1,
      MaxValue: 5000,
    });
  });

  it("Sweep: whether the clock calls the sweep", () => {
    expect(resourceOf(template, "AWS::Events::Rule").Properties).toMatchObject({
      ScheduleExpression: "rate(1 day)",
      State: { Ref: "Sweep" },
      Targets: [{ Arn: { "Fn::GetAtt": [expect.stringMatching(/^sweepFunction/), "Arn"] } }],
    });
    expect(template.Parameters["Sweep"]?.AllowedValues).toEqual(["ENABLED", "DISABLED"]);
  });

  it("AlarmAddress: alarms, their topic and its subscription exist only while it is not empty", () => {
    const [[condition, expression] = ["", undefined]] = Object.entries(template.Conditions ?? {});
    expect(expression).toEqual({ "Fn::Not": [{ "Fn::Equals": [{ Ref: "AlarmAddress" }, ""] }] });
    const types = [
      "AWS::CloudWatch::Alarm",
      "AWS::SNS::Topic",
      "AWS::SNS::TopicPolicy",
      "AWS::SNS::Subscription",
    ];
    for (const type of types) {
      const resources = resourcesOf(template, type);
      expect(resources.length).toBeGreaterThan(0);
      expect(resources.map(({ Condition }) => Condition)).toEqual(resources.map(() => condition));
    }
    expect(resourceOf(template, "AWS::SNS::Subscription").Properties).toMatchObject({
      Protocol: "email",
      Endpoint: { Ref: "AlarmAddress" },
    });
    expect(template.Outputs["AlarmTopic"]?.Condition).toBe(condition);
    // Nothing else hangs on it: a registry without alarms is whole.
    const conditional = Object.values(template.Resources).filter(({ Condition }) => Condition !== undefined);
    expect(new Set(conditional.map(({ Type }) => Type))).toEqual(new Set(types));
  });

  it("AlarmAddress takes an e-mail address or nothing, as the setting does", () => {
    const pattern = new RegExp(template.Parameters["AlarmAddress"]?.AllowedPattern ?? "");
    for (const text of ["", "ops@example.com", "a.b+c@mail.example.org"]) {
      expect(text).toMatch(pattern);
      expect(parseTeamSettings("main", { alarmAddress: text })).toMatchObject({ alarmAddress: text });
    }
    for (const text of ["ops", "@example.com", "ops@example", "a b@example.com"])
      expect(text).not.toMatch(pattern);
  });
});
