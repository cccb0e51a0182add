import { describe, expect, it } from "vitest";
import { resourceOf, resourcesOf, synthesize } from "./support/synth.ts";

const NAMES = {
  doorDomain: "uploads.example.com",
  doorCertificateArn: "arn:aws:acm:eu-central-1:111122223333:certificate/1f-2e",
};
const template = synthesize({ settings: { door: "fargate", ...NAMES } });
const propertiesOf = (type: string) => resourceOf(template, type).Properties;

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
}
const [container] = propertiesOf("AWS::ECS::TaskDefinition")["ContainerDefinitions"] as readonly Container[];
const environment = new Map(container?.Environment.map(({ Name, Value }) => [Name, Value]));

describe('door: "fargate"', () => {
  it("is the same program as a container on arm64, told where to listen, without a limit to a request's time", () => {
    expect(propertiesOf("AWS::ECS::TaskDefinition")).toMatchObject({
      Cpu: "2048",
      Memory: "4096",
      RuntimePlatform: { CpuArchitecture: "ARM64", OperatingSystemFamily: "LINUX" },
      ContainerDefinitions: [{ ReadonlyRootFilesystem: true, PortMappings: [{ ContainerPort: 8080 }] }],
    });
    expect(environment.get("AWS_LAMBDA_HTTP_ENDPOINT")).toBe("0.0.0.0:8080");
    expect(environment.get("BERTH_REQUEST_SECONDS")).toBe("0");
    expect(JSON.stringify(environment.get("BERTH_API"))).toMatch(/https:.*GatewayApi.*execute-api/);
    expect([...environment.keys()].filter((name) => /KEY|SECRET|TOKEN/.test(name))).toEqual([]);
  });

  it("stands behind a load balancer with the team's own name and certificate, that speaks HTTPS only", () => {
    expect(resourcesOf(template, "AWS::ElasticLoadBalancingV2::Listener")).toHaveLength(1);
    expect(propertiesOf("AWS::ElasticLoadBalancingV2::Listener")).toMatchObject({
      Protocol: "HTTPS",
      Port: 443,
      Certificates: [{ CertificateArn: NAMES.doorCertificateArn }],
      SslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    });
    expect(propertiesOf("AWS::ElasticLoadBalancingV2::TargetGroup")).toMatchObject({
      HealthCheckPath: "/healthz",
    });
    expect(template.Outputs["DoorTarget"]?.Value).toEqual({
      "Fn::GetAtt": [expect.stringMatching(/^ContainerDoorBalancer/), "DNSName"],
    });
    expect(template.Outputs["UploadDoorUrl"]?.Value).toBe("https://uploads.example.com");
  });

  it("waits for a commit that reads a large object again, and for what a task that goes has begun", () => {
    const attributes = (type: string, name: string) =>
      propertiesOf(`AWS::ElasticLoadBalancingV2::${type}`)[name] as readonly object[];
    expect(attributes("LoadBalancer", "LoadBalancerAttributes")).toContainEqual({
      Key: "idle_timeout.timeout_seconds",
      Value: "4000",
    });
    expect(attributes("TargetGroup", "TargetGroupAttributes")).toContainEqual({
      Key: "deregistration_delay.timeout_seconds",
      Value: "3600",
    });
  });

  it("lets clients reach the load balancer alone, and it alone the door", () => {
    const ingress = resourcesOf(template, "AWS::EC2::SecurityGroup").flatMap(
      ({ Properties }) => (Properties["SecurityGroupIngress"] ?? []) as readonly object[],
    );
    expect(ingress).toMatchObject([{ CidrIp: "0.0.0.0/0", FromPort: 443, ToPort: 443 }]);
    expect(propertiesOf("AWS::EC2::SecurityGroupIngress")).toMatchObject({
      FromPort: 8080,
      ToPort: 8080,
      SourceSecurityGroupId: {
        "Fn::GetAtt": [expect.stringMatching(/^ContainerDoorFromClients/), "GroupId"],
      },
    });
  });

  it("may do what the door may do, and reaches both stores without a way through the internet", () => {
    const role = resourcesOf(template, "AWS::IAM::Role").find(({ Properties }) =>
      String(Properties["Description"]).endsWith("what the upload door may do"),
    );
    expect(role?.Properties["AssumeRolePolicyDocument"]).toMatchObject({
      Statement: [{ Principal: { Service: "ecs-tasks.amazonaws.com" } }],
    });
    expect(resourcesOf(template, "AWS::EC2::VPCEndpoint")).toHaveLength(2);
    expect(resourcesOf(template, "AWS::EC2::NatGateway")).toEqual([]);
  });

  it("takes the place of the Web Function, before the edge as well", () => {
    expect(JSON.stringify(template)).not.toMatch(/AWS::Lambda::WebFunction/);
    const { Origins } = propertiesOf("AWS::CloudFront::Distribution")["DistributionConfig"] as {
      readonly Origins: readonly object[];
    };
    expect(Origins).toContainEqual(expect.objectContaining({ Id: "door", DomainName: NAMES.doorDomain }));
  });

  it.each([
    [{ door: "fargate" }, 'door "fargate" needs doorDomain'],
    [{ door: "fargate", doorDomain: NAMES.doorDomain }, 'door "fargate" needs doorCertificateArn'],
    [NAMES, 'doorDomain is of no use but with door "fargate"'],
  ])("has a name and a certificate of its own, or is refused: %o", (settings, complaint) => {
    expect(() => synthesize({ settings })).toThrow(complaint);
  });
});
