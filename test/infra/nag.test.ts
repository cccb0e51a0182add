import { CfnRoute } from "aws-cdk-lib/aws-apigatewayv2";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { createPublicKeyText } from "./support/pull-keys.ts";
import { addRegistry, createApp, type Wanted } from "./support/synth.ts";

/** What cdk-nag finds in a registry, but for what is acknowledged in infra/. */
function findingsOf(wanted: Wanted): readonly string[] {
  const app = createApp();
  addRegistry(app, "main", wanted);
  return new AwsSolutionsChecks(app).validateScope(app).violations.map(({ ruleName }) => ruleName);
}

describe("cdk-nag (AwsSolutions)", () => {
  it("has nothing to say of a registry with the defaults", () => {
    expect(findingsOf({})).toEqual([]);
  });

  it("has nothing to say of one with every switch on, that is open, or stands on what is there", () => {
    const everything = { tracing: true, dashboard: true, customerKey: true, alarmAddress: "ops@example.com" };
    const ownNames = {
      edgeDomain: "registry.example.com",
      edgeCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1f-2e",
      webAclArn: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/registry/1f-2e",
    };
    const ownDoor = {
      door: "fargate",
      doorDomain: "uploads.example.com",
      doorCertificateArn: "arn:aws:acm:eu-central-1:111122223333:certificate/1f-2e",
    };
    expect(findingsOf({ settings: everything })).toEqual([]);
    expect(findingsOf({ settings: { heads: "web-function" }, deployment: { open: true } })).toEqual([]);
    expect(findingsOf({ settings: { edge: "off" } })).toEqual([]);
    expect(findingsOf({ settings: ownNames })).toEqual([]);
    expect(findingsOf({ settings: ownDoor })).toEqual([]);
    expect(
      findingsOf({
        settings: {
          pulls: "edge",
          pullsKeys: [{ publicKey: createPublicKeyText(), parameter: "/berth/pulls" }],
        },
      }),
    ).toEqual([]);
    expect(findingsOf({ settings: { existingTable: "restored", existingBucket: "kept-bucket" } })).toEqual(
      [],
    );
  });

  it("is asked the right question: it finds what is wrong", () => {
    const app = createApp();
    const stack = addRegistry(app, "main");
    const routes = stack.node.findAll().filter((construct) => construct instanceof CfnRoute);
    for (const route of routes) route.authorizationType = "NONE";
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(["AwsSolutions-APIG4"]);
  });
});
