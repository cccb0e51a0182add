import { describe, expect, it } from "vitest";
import { API_FUNCTIONS } from "../../infra/functions.ts";
import { ROUTES } from "../../infra/routes.ts";
import { type Resource, resourceOf, resourcesOf, synthesize, type Template } from "./support/synth.ts";

const closed = synthesize();
const open = synthesize({ deployment: { open: true } });

/** The function behind each route, as the template wires it: route, integration, function. */
function wiringOf(template: Template): ReadonlyMap<string, string> {
  const routes = resourcesOf(template, "AWS::ApiGatewayV2::Route").map(({ Properties }) => {
    const { RouteKey, Target } = Properties as {
      RouteKey: string;
      Target: { "Fn::Join": [string, [string, { Ref: string }]] };
    };
    const integration = template.Resources[Target["Fn::Join"][1][1].Ref];
    const { IntegrationUri } = (integration?.Properties ?? {}) as {
      IntegrationUri: { "Fn::GetAtt": [string, "Arn"] };
    };
    return [RouteKey, describeFunction(template.Resources[IntegrationUri["Fn::GetAtt"][0]])] as const;
  });
  return new Map(routes);
}

const describeFunction = (resource?: Resource): string =>
  String(resource?.Properties["Description"]).replace(/.*: /, "");

describe("the API of a registry", () => {
  it("is an HTTP API with the registry at its root", () => {
    expect(resourceOf(closed, "AWS::ApiGatewayV2::Api").Properties).toMatchObject({ ProtocolType: "HTTP" });
    expect(resourceOf(closed, "AWS::ApiGatewayV2::Stage").Properties).toMatchObject({
      StageName: "$default",
      AutoDeploy: true,
    });
  });

  it("leads every route to its function", () => {
    expect(wiringOf(closed)).toEqual(new Map(ROUTES.map((route) => [route.key, route.function])));
  });

  it("is deployed when all routes are there, of which a few are made at a time", () => {
    const waitsFor = (name: string): readonly string[] => closed.Resources[name]?.DependsOn ?? [];
    const namesOf = (type: string) =>
      Object.keys(closed.Resources).filter((name) => closed.Resources[name]?.Type === type);
    const routes = namesOf("AWS::ApiGatewayV2::Route");
    const reached = new Set(namesOf("AWS::ApiGatewayV2::Stage").flatMap(waitsFor));
    // A set takes what is added while it is walked.
    for (const name of reached) for (const next of waitsFor(name)) reached.add(next);
    expect([...reached].toSorted()).toEqual(routes.toSorted());
    // Each waits for one, and none for the same as another: so many chains as there are routes that wait for none.
    const waits = routes.flatMap(waitsFor);
    expect(new Set(waits).size).toBe(waits.length);
    expect(routes.length - waits.length).toBe(5);
  });

  it("hands over requests in payload format 2.0, one integration for each function", () => {
    const integrations = resourcesOf(closed, "AWS::ApiGatewayV2::Integration");
    expect(integrations.length).toBe(API_FUNCTIONS.length);
    for (const { Properties } of integrations) {
      expect(Properties).toMatchObject({ IntegrationType: "AWS_PROXY", PayloadFormatVersion: "2.0" });
    }
  });

  it("logs each request without its query, under a name that is never used twice", () => {
    const { AccessLogSettings } = resourceOf(closed, "AWS::ApiGatewayV2::Stage").Properties as {
      AccessLogSettings: { DestinationArn: unknown; Format: string };
    };
    expect(JSON.parse(AccessLogSettings.Format)).toMatchObject({
      path: "$context.path",
      status: "$context.status",
      functionRequestId: "$context.awsEndpointRequestId",
    });
    expect(AccessLogSettings.Format).not.toContain("query");
    const names = resourcesOf(closed, "AWS::Logs::LogGroup").map(({ Properties }) =>
      JSON.stringify(Properties["LogGroupName"]),
    );
    expect(names.filter((name) => name !== undefined)).toEqual([expect.stringContaining("AWS::StackId")]);
    expect(JSON.stringify(AccessLogSettings.DestinationArn)).not.toContain(":*");
  });
});

describe("access, as long as there is no authentication", () => {
  const authorizationOf = (template: Template) => [
    ...new Set(
      resourcesOf(template, "AWS::ApiGatewayV2::Route").map(
        ({ Properties }) => Properties["AuthorizationType"],
      ),
    ),
  ];

  it("is closed: every route, $default too, wants a signed request", () => {
    expect(authorizationOf(closed)).toEqual(["AWS_IAM"]);
  });

  it("is open to everyone only with -c open=true, and the stack says so", () => {
    expect(authorizationOf(open)).toEqual(["NONE"]);
    expect(JSON.stringify(open)).toContain("open to everyone");
    expect(JSON.stringify(closed)).not.toContain("open to everyone");
  });
});

describe("who may call a function", () => {
  const permissions = resourcesOf(closed, "AWS::Lambda::Permission").map(({ Properties }) => Properties);

  it("is this API, by one permission for all routes of a function, and for the sweep its schedule", () => {
    const byPrincipal = Object.groupBy(permissions, ({ Principal }) => String(Principal));
    expect(Object.keys(byPrincipal).toSorted()).toEqual(["apigateway.amazonaws.com", "events.amazonaws.com"]);
    expect(byPrincipal["apigateway.amazonaws.com"]?.length).toBe(API_FUNCTIONS.length);
    expect(byPrincipal["events.amazonaws.com"]?.length).toBe(1);
    const called = permissions.map(({ FunctionName }) => JSON.stringify(FunctionName));
    expect(new Set(called).size).toBe(permissions.length);
  });

  it("names the API with a pattern that the ARN of $default matches too: it has one component less", () => {
    for (const { Principal, SourceArn } of permissions) {
      if (Principal !== "apigateway.amazonaws.com") continue;
      expect(JSON.stringify(SourceArn)).toMatch(/GatewayApi\w+"},"\/\*\/\*"\]/);
    }
  });

  it("is nobody else: no function has a URL of its own", () => {
    expect(resourcesOf(closed, "AWS::Lambda::Url")).toEqual([]);
  });
});

describe("the limits of a deployment", () => {
  it("are kept: resources, policies of functions and roles, outputs", () => {
    const policySize = (value: unknown) => JSON.stringify(value).length;
    expect(Object.keys(closed.Resources).length).toBeLessThan(500);
    expect(policySize(closed)).toBeLessThan(1_000_000);
    for (const { Properties } of resourcesOf(closed, "AWS::IAM::Role")) {
      // 10,240 characters for all inline policies of a role, with a good margin for the ARNs that the tokens become.
      expect(policySize(Properties["Policies"])).toBeLessThan(5000);
    }
    // 20 KB for the policy of a function: one statement of some 500 characters.
    const perFunction = Object.groupBy(resourcesOf(closed, "AWS::Lambda::Permission"), ({ Properties }) =>
      JSON.stringify(Properties["FunctionName"]),
    );
    for (const statements of Object.values(perFunction)) expect(policySize(statements)).toBeLessThan(2000);
    for (const { Properties } of resourcesOf(closed, "AWS::S3::BucketPolicy"))
      expect(policySize(Properties)).toBeLessThan(5000);
  });
});
