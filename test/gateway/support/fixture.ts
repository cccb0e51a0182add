import { join } from "node:path";
import { createTemplate, type Place, type Template } from "../template/template.ts";

export const PLACE: Place = { accountId: "123456789012", region: "us-east-1" };

/** The folder of a function that plays whatever the test asks of it. */
const PLAYER = join(import.meta.dirname, "player");

/** A stack in the form that CDK writes: one function, a table and a bucket, of which its role may read. */
export function fixtureTemplate(
  parameters: Readonly<Record<string, string>> = {},
  changes: Readonly<Record<string, unknown>> = {},
): Template {
  const Resources = { ...RESOURCES, ...changes };
  const Parameters = { Level: { Type: "String", Default: "info" } };
  const Conditions = { IsQuiet: { "Fn::Equals": [{ Ref: "Level" }, "error"] } };
  const assets = new Map([["player.zip", PLAYER]]);
  return createTemplate({ Parameters, Conditions, Resources }, assets, {
    stack: "Fixture",
    place: PLACE,
    parameters,
  });
}

const route = (RouteKey: string) => ({
  Type: "AWS::ApiGatewayV2::Route",
  Properties: { RouteKey, Target: { "Fn::Join": ["", ["integrations/", { Ref: "Integration" }]] } },
});

const RESOURCES = {
  Table: {
    Type: "AWS::DynamoDB::GlobalTable",
    Properties: {
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
    },
  },
  Bucket: {
    Type: "AWS::S3::Bucket",
    Properties: { VersioningConfiguration: { Status: "Enabled" } },
  },
  Role: { Type: "AWS::IAM::Role", Properties: {} },
  Policy: {
    Type: "AWS::IAM::Policy",
    Properties: {
      Roles: [{ Ref: "Role" }],
      PolicyDocument: {
        Statement: [
          { Effect: "Allow", Action: "dynamodb:GetItem", Resource: { "Fn::GetAtt": ["Table", "Arn"] } },
          {
            Effect: "Allow",
            Action: "s3:GetObject",
            Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": ["Bucket", "Arn"] }, "/blobs/*"]] },
          },
        ],
      },
    },
  },
  Player: {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: { S3Key: "player.zip" },
      Handler: "index.handler",
      Runtime: "nodejs24.x",
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
      MemorySize: 256,
      Timeout: 2,
      Environment: {
        Variables: {
          BERTH_TABLE: { Ref: "Table" },
          BERTH_LOG_LEVEL: { "Fn::If": ["IsQuiet", "error", "debug"] },
        },
      },
    },
  },
  Permission: {
    Type: "AWS::Lambda::Permission",
    Properties: {
      Principal: "apigateway.amazonaws.com",
      FunctionName: { "Fn::GetAtt": ["Player", "Arn"] },
      SourceArn: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own form
        "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*",
      },
    },
  },
  Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { ProtocolType: "HTTP", Name: "fixture" } },
  Stage: {
    Type: "AWS::ApiGatewayV2::Stage",
    Properties: {
      StageName: "$default",
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
    },
  },
  Integration: {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: {
      IntegrationType: "AWS_PROXY",
      PayloadFormatVersion: "2.0",
      IntegrationUri: { "Fn::GetAtt": ["Player", "Arn"] },
    },
  },
  Any: route("ANY /play/{what}"),
  Schedule: {
    Type: "AWS::Events::Rule",
    Properties: {
      ScheduleExpression: "rate(1 hour)",
      State: "ENABLED",
      Targets: [{ Arn: { "Fn::GetAtt": ["Player", "Arn"] }, Id: "t" }],
    },
  },
};

export { route as fixtureRoute };
