import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { CfnOutput, Lazy, Stack, Tags } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { type Access, accessOf } from "./access.ts";
import { Alarms } from "./alarms.ts";
import { ContainerDoor } from "./container-door.ts";
import { createDashboard } from "./dashboard.ts";
import type { Door, DoorParts } from "./door.ts";
import { Edge } from "./edge.ts";
import { FUNCTION_NAMES, type FunctionName } from "./functions.ts";
import { Heads } from "./heads.ts";
import { HttpApi } from "./http-api.ts";
import { createLogin, finishLogin, type Login } from "./login.ts";
import { metricsOf } from "./metrics.ts";
import { createParameters, type Parameters } from "./parameters.ts";
import { readPolicyFile } from "./policy-file.ts";
import { Pulls } from "./pulls.ts";
import { RegistryFunction } from "./registry-function.ts";
import { ContextError, type TeamSettings } from "./settings.ts";
import { Storage } from "./storage.ts";
import { scheduleSweep } from "./sweep-schedule.ts";
import type { Deployment, Team } from "./teams.ts";
import { createTokens } from "./tokens.ts";
import { UploadDoor } from "./upload-door.ts";
import type { WebParts } from "./web-function.ts";

interface RegistryStackProps {
  readonly team: Team;
  readonly deployment: Deployment;
  /** the folder with a bundle for each function */
  readonly bundles: string;
}

interface Told {
  readonly api: HttpApi;
  readonly storage: Storage;
  readonly alarms: Alarms;
  readonly door: Door | undefined;
}

interface Watched extends Pick<Told, "api" | "storage" | "door"> {
  readonly team: Team;
  readonly parameters: Parameters;
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>> & Partial<Login>;
}

/** A closed registry has no credentials that a program of its own could look at. */
function createHeads(stack: RegistryStack, parts: WebParts, access: Access): Heads | undefined {
  if (parts.team.settings.heads === "api") return undefined;
  if (access !== "signed") return new Heads(stack, "Heads", parts);
  throw new ContextError(
    `the settings of team ${parts.team.name} are wrong:\n  heads is "web-function", which would answer everyone: it takes a policy, or -c open=true`,
  );
}

function createDoor(stack: RegistryStack, parts: DoorParts): Door | undefined {
  const { door, doorDomain, doorCertificateArn } = parts.team.settings;
  if (door === "none") return undefined;
  if (doorDomain === undefined || doorCertificateArn === undefined) {
    return new UploadDoor(stack, "UploadDoor", parts);
  }
  const names = { domain: doorDomain, certificateArn: doorCertificateArn };
  return new ContainerDoor(stack, "ContainerDoor", { ...parts, ...names });
}

const stackNameOf = (team: Team): string => `berth-${team.name}`;

/** One team's registry, which shares nothing with another's. */
export class RegistryStack extends Stack {
  readonly access: Access;

  constructor(scope: Construct, { team, deployment, bundles }: RegistryStackProps) {
    const { ephemeral } = deployment;
    const access = accessOf(team, deployment);
    const { policy } = team.settings;
    const policyText = policy === undefined ? undefined : readPolicyFile(team.name, policy);
    const tags = { application: "berth", team: team.name };
    super(scope, stackNameOf(team), {
      description: `Berth: the OCI registry of team ${team.name}${access === "everyone" ? ", open to everyone" : ""}`,
      terminationProtection: !ephemeral,
      tags,
    });
    this.access = access;
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);

    const parameters = createParameters(this, team.settings);
    const storage = new Storage(this, "Storage", { settings: team.settings, ephemeral });
    const tokens = policyText === undefined ? undefined : createTokens(this, team.settings, ephemeral);
    const parts = { team, parameters, storage, tokens, ephemeral, bundles };
    // The API is made of functions that know the door, so it comes later.
    const apiOrigin = Lazy.string({ produce: () => `https://${api.host}` });
    const door = createDoor(this, { ...parts, apiOrigin });
    const heads = createHeads(this, parts, access);
    const { settings } = team;
    const pulls = settings.pulls === "edge" ? new Pulls(this, "Pulls", { storage, settings }) : undefined;
    const functions = Object.fromEntries(
      FUNCTION_NAMES.map((name) => {
        const props = { ...parts, name, door: door?.url ?? "", pulls };
        return [name, new RegistryFunction(this, name, props).lambda];
      }),
    ) as Record<FunctionName, LambdaFunction>;
    const login =
      tokens && policyText !== undefined ? createLogin(this, { ...parts, tokens }, policyText) : undefined;
    const called = { ...functions, ...login };
    const api = new HttpApi(this, "Gateway", { team, parameters, ephemeral, access, functions: called });
    scheduleSweep(this, functions.sweep, parameters);

    const alarms = this.#watch({ team, parameters, storage, api, functions: called, door });
    const edge =
      settings.edge === "on"
        ? new Edge(this, "Edge", { api, door, heads, proof: tokens?.edge, settings })
        : undefined;
    if (login) {
      const others = [...Object.values(functions), login.administration, ...(heads ? [heads] : [])];
      finishLogin(login, [api.host, ...(edge ? [edge.host] : [])], others);
    }
    if (login) this.#tellLogin(login);
    this.#tellAddresses(api, edge);
    if (pulls) this.#tellPulls(pulls, settings);
    this.#tell({ storage, alarms, api, door });
  }

  #watch({ team, parameters, storage, api, functions, door }: Watched): Alarms {
    const { table, bucket } = storage;
    const metrics = metricsOf({
      team: team.name,
      apiId: api.apiId,
      table,
      bucket,
      functions,
      doorErrors: door?.errors,
    });
    const alarms = new Alarms(this, "Alarms", { address: parameters.alarmAddress, metrics });
    if (team.settings.dashboard) createDashboard(this, "Dashboard", metrics);
    return alarms;
  }

  #tellAddresses(api: HttpApi, edge: Edge | undefined): void {
    const { host } = edge ?? api;
    this.#output("RegistryUrl", `https://${host}`, "Where the registry is");
    this.#output("RegistryHost", host, "What docker takes before the name of an image");
    this.#output("ApiUrl", `https://${api.host}`, "The API's own address, which takes signed requests");
    if (edge && edge.host !== edge.target)
      this.#output("EdgeTarget", edge.target, "What the DNS record of edgeDomain points at");
  }

  #tellLogin({ administration }: Login): void {
    const does = 'What makes the first administrator when it is invoked with {"firstAdmin":true}';
    this.#output("AdministrationFunction", administration.functionName, does);
  }

  #tellPulls({ host, target, statement }: Pulls, { existingBucket }: TeamSettings): void {
    this.#output("PullsHost", host, "Where blobs are pulled");
    if (host !== target) this.#output("PullsTarget", target, "What the DNS record of pullsDomain points at");
    if (existingBucket !== undefined)
      this.#output(
        "PullsStatement",
        this.toJsonString(statement.toStatementJson()),
        "What the policy of existingBucket has to say",
      );
  }

  #output(id: string, value: string, description: string): CfnOutput {
    return new CfnOutput(this, id, { value, description });
  }

  #tell({ api, storage, alarms, door }: Told): void {
    const { table, bucket, key } = storage;
    const { topic, hasAddress } = alarms;
    if (door) this.#output("UploadDoorUrl", door.url, "Where uploads go on that were begun past the edge");
    if (door?.target !== undefined)
      this.#output("DoorTarget", door.target, "What the DNS record of doorDomain points at");
    this.#output("TableName", table.tableName, "Manifests, tags and indexes");
    this.#output("BucketName", bucket.bucketName, "Blobs");
    if (key)
      this.#output("KeyArn", key.keyArn, "What table and bucket are encrypted with: existingKey takes it");
    this.#output("AccessLog", api.accessLog, "The log group with a line for each request");
    this.#output("AlarmTopic", topic.topicArn, "Where alarms go").condition = hasAddress;
  }
}
