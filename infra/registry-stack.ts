import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { CfnOutput, Stack, Tags } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { createDashboard } from "./dashboard.ts";
import { FUNCTION_NAMES, type FunctionName } from "./functions.ts";
import { HttpApi } from "./http-api.ts";
import { metricsOf } from "./metrics.ts";
import { createParameters } from "./parameters.ts";
import { RegistryFunction } from "./registry-function.ts";
import { Storage } from "./storage.ts";
import { scheduleSweep } from "./sweep-schedule.ts";
import type { Deployment, Team } from "./teams.ts";

interface RegistryStackProps {
  readonly team: Team;
  readonly deployment: Deployment;
  /** the folder with a bundle for each function */
  readonly bundles: string;
}

const stackNameOf = (team: Team): string => `berth-${team.name}`;

/** One team's registry, which shares nothing with another's. */
export class RegistryStack extends Stack {
  constructor(scope: Construct, { team, deployment, bundles }: RegistryStackProps) {
    const { open, ephemeral } = deployment;
    const tags = { application: "berth", team: team.name };
    super(scope, stackNameOf(team), {
      description: `Berth: the OCI registry of team ${team.name}${open ? ", open to everyone" : ""}`,
      terminationProtection: !ephemeral,
      tags,
    });
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);

    const parameters = createParameters(this, team.settings);
    const storage = new Storage(this, "Storage", { settings: team.settings, ephemeral });
    const functions = Object.fromEntries(
      FUNCTION_NAMES.map((name) => {
        const props = { name, team, parameters, storage, ephemeral, bundles };
        return [name, new RegistryFunction(this, name, props).lambda];
      }),
    ) as Record<FunctionName, LambdaFunction>;
    const api = new HttpApi(this, "Gateway", { team, parameters, deployment, functions });
    scheduleSweep(this, functions.sweep, parameters);

    const { table, bucket } = storage;
    const metrics = metricsOf({ team: team.name, apiId: api.apiId, table, bucket, functions });
    const alarms = new Alarms(this, "Alarms", { address: parameters.alarmAddress, metrics });
    if (team.settings.dashboard) createDashboard(this, "Dashboard", metrics);
    this.#tell(api, storage, alarms);
  }

  #tell(api: HttpApi, { table, bucket, key }: Storage, { topic, hasAddress }: Alarms): void {
    const tell = (id: string, value: string, description: string) =>
      new CfnOutput(this, id, { value, description });
    tell("RegistryUrl", `https://${api.host}`, "Where the registry is");
    tell("RegistryHost", api.host, "What docker takes before the name of an image");
    tell("TableName", table.tableName, "Manifests, tags and indexes");
    tell("BucketName", bucket.bucketName, "Blobs");
    if (key) tell("KeyArn", key.keyArn, "What table and bucket are encrypted with: existingKey takes it");
    tell("AccessLog", api.accessLog, "The log group with a line for each request");
    tell("AlarmTopic", topic.topicArn, "Where alarms go").condition = hasAddress;
  }
}
