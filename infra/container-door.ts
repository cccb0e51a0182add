import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  GatewayVpcEndpointAwsService,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import {
  Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDrivers,
  OperatingSystemFamily,
} from "aws-cdk-lib/aws-ecs";
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  HttpCodeTarget,
  SslPolicy,
} from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { HEALTH_PATH } from "../functions/door/health.ts";
import { acknowledge, wildcardFinding } from "./acknowledge.ts";
import type { Door, DoorParts } from "./door.ts";
import { createFunctionRole } from "./function-role.ts";
import { DOOR_RIGHTS } from "./functions.ts";
import { removalPolicyOf } from "./storage.ts";

interface ContainerDoorProps extends DoorParts {
  /** its own name and that name's certificate, in the stack's region */
  readonly domain: string;
  readonly certificateArn: string;
}

const PORT = 8080;
/** CPU units and MiB: as an environment of a Web Function has them, for which the door plans its memory */
const SIZE = { cpu: 2048, memoryLimitMiB: 4096 } as const;
const TASKS = { least: 1, most: 4 } as const;
/** percent of CPU at which another task is started */
const BUSY = 60;
/** seconds without a byte: the most that a load balancer waits, for a commit that reads a large object again */
const SILENCE = 4000;
/** A task that goes serves what it has begun, for so long at most. */
const LAST_REQUESTS = Duration.hours(1);

const DOCKERFILE = `FROM public.ecr.aws/docker/library/node:24-slim
WORKDIR /door
COPY . .
USER node
CMD ["node", "index.js"]
`;

/**
 * The upload door as a container that is always there, behind a load balancer: for regions without Web Functions, and for
 * layers that take longer than their 15 minutes. It costs money while idle, and its image is built by Docker at deployment.
 */
export class ContainerDoor extends Construct implements Door {
  readonly host: string;
  readonly url: string;
  readonly target: string;
  readonly errors: Door["errors"];

  constructor(scope: Construct, id: string, props: ContainerDoorProps) {
    super(scope, id);
    const vpc = this.#createNetwork();
    const balancer = this.#createBalancer(vpc, props);
    const service = this.#createService(vpc, props);
    const listener = balancer.addListener("Https", {
      protocol: ApplicationProtocol.HTTPS,
      certificates: [Certificate.fromCertificateArn(this, "Certificate", props.certificateArn)],
      sslPolicy: SslPolicy.TLS13_RES,
    });
    listener.addTargets("Door", {
      protocol: ApplicationProtocol.HTTP,
      port: PORT,
      targets: [service],
      healthCheck: { path: HEALTH_PATH },
      deregistrationDelay: LAST_REQUESTS,
    });
    this.host = props.domain;
    this.url = `https://${props.domain}`;
    this.target = balancer.loadBalancerDnsName;
    this.errors = balancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, {
      period: Duration.minutes(5),
    });
  }

  /** Tasks have addresses of their own, which cost less than a NAT gateway, and reach both stores by gateways for nothing. */
  #createNetwork(): IVpc {
    const vpc = new Vpc(this, "Network", {
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: "door", subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false }],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    acknowledge(vpc, {
      "AwsSolutions-VPC7":
        "Nothing is in it but the door, which logs each request; flow logs cost by the gigabyte.",
    });
    // CDK's declarations of classes and interfaces differ in what is undefined and what is absent; so below, too.
    return vpc as IVpc;
  }

  #createBalancer(vpc: IVpc, { ephemeral }: ContainerDoorProps): ApplicationLoadBalancer {
    const securityGroup = new SecurityGroup(this, "FromClients", { vpc, description: "HTTPS from anywhere" });
    securityGroup.addIngressRule(Peer.anyIpv4(), Port.tcp(443));
    acknowledge(securityGroup, {
      "AwsSolutions-EC23": "Clients are anywhere, as they are of the registry itself.",
    });
    const balancer = new ApplicationLoadBalancer(this, "Balancer", {
      vpc,
      internetFacing: true,
      securityGroup,
      deletionProtection: !ephemeral,
      dropInvalidHeaderFields: true,
      idleTimeout: Duration.seconds(SILENCE),
    });
    acknowledge(balancer, {
      "AwsSolutions-ELB2":
        "Its log holds the query, and an upload's holds its secret; the door logs each request.",
    });
    return balancer;
  }

  #createService(vpc: IVpc, props: ContainerDoorProps): FargateService {
    const cluster = new Cluster(this, "Cluster", { vpc });
    acknowledge(cluster, {
      "AwsSolutions-ECS4":
        "Container Insights costs by the metric; the service and the load balancer have theirs.",
    });
    const service = new FargateService(this, "Service", {
      cluster: cluster as ICluster,
      taskDefinition: this.#createTask(props),
      desiredCount: TASKS.least,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      assignPublicIp: true,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
    });
    const scaling = service.autoScaleTaskCount({ minCapacity: TASKS.least, maxCapacity: TASKS.most });
    scaling.scaleOnCpuUtilization("Busy", { targetUtilizationPercent: BUSY });
    return service;
  }

  #createTask(props: ContainerDoorProps): FargateTaskDefinition {
    const { team, storage, ephemeral, bundles } = props;
    const logGroup = new LogGroup(this, "Log", {
      retention: team.settings.logRetentionDays,
      removalPolicy: removalPolicyOf(ephemeral),
    });
    const role = createFunctionRole(this, {
      description: `Berth, team ${team.name}: what the upload door may do`,
      principal: "ecs-tasks.amazonaws.com",
      rights: DOOR_RIGHTS,
      storage,
      logGroup,
      tracing: false,
    });
    const task = new FargateTaskDefinition(this, "Task", {
      ...SIZE,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
      taskRole: role.withoutPolicyUpdates(),
    });
    task.addContainer("door", {
      image: ContainerImage.fromAsset(imageFolder(bundles)),
      portMappings: [{ containerPort: PORT }],
      readonlyRootFilesystem: true,
      stopTimeout: Duration.minutes(2),
      logging: LogDrivers.awsLogs({ logGroup, streamPrefix: "door" }),
      environment: environmentOf(props),
    });
    acknowledge(task, {
      "AwsSolutions-ECS2": "Its environment holds names, and no secret.",
      [wildcardFinding(task, "*")]: "ecr:GetAuthorizationToken knows no resources.",
    });
    return task;
  }
}

const environmentOf = ({ team, parameters, storage, apiOrigin }: ContainerDoorProps) => ({
  AWS_LAMBDA_HTTP_ENDPOINT: `0.0.0.0:${PORT}`,
  BERTH_TEAM: team.name,
  BERTH_LOG_LEVEL: parameters.logLevel,
  BERTH_TABLE: storage.table.tableName,
  BERTH_BUCKET: storage.bucket.bucketName,
  BERTH_UPLOAD_IDLE_HOURS: parameters.uploadIdleHours,
  BERTH_REQUEST_SECONDS: "0",
  BERTH_API: apiOrigin,
});

/** The bundle, with what Docker makes an image of. */
function imageFolder(bundles: string): string {
  const folder = join(bundles, "upload-door-image");
  cpSync(join(bundles, "upload-door"), folder, { recursive: true });
  writeFileSync(join(folder, "Dockerfile"), DOCKERFILE);
  return folder;
}
