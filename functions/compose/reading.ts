import type { HeadAnswers } from "../../shared/http/serve.ts";
import type { ReadPorts } from "../../shared/registry/ports.ts";
import { readOnly } from "../gateway/read-only.ts";
import { type GatewayHandler, serveGateway } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import type { Credentials } from "../stores/credentials.ts";
import { connectDynamo } from "../stores/dynamo-client.ts";
import { createDynamoReads } from "../stores/dynamo-reads.ts";
import { createS3Reads } from "../stores/s3-reads.ts";
import { systemClock } from "../system-clock.ts";
import { openTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { freshCredentials, HEADS, TELEMETRY } from "./environment.ts";
import { openSenders } from "./senders.ts";

const NEEDED = [...TELEMETRY, "region", "table", "bucket", "dynamo", "s3", ...HEADS] as const;

interface Reads {
  readonly telemetry: Telemetry;
  readonly ports: ReadPorts;
  readonly credentials: Credentials;
  readonly heads: HeadAnswers;
}

/** The table and the bucket, to read. Rejects with a SettingsError where the environment is wrong. */
export async function openReads(environment: Environment): Promise<Reads> {
  const { region, table, bucket, dynamo, s3, headBody, headBlob, ...about } = readSettings(
    environment,
    NEEDED,
  );
  const telemetry = await openTelemetry(about);
  const credentials = freshCredentials(environment);
  const { repeating } = connectDynamo({ region, credentials, ...dynamo });
  const ports = {
    table: createDynamoReads({ client: telemetry.watch(repeating), table }),
    blobs: createS3Reads({ region, bucket, credentials, clock: systemClock, ...s3 }),
  };
  return { telemetry, ports, credentials, heads: { headBody, headBlob } };
}

/** A function that reads the table and the bucket. Rejects with a SettingsError where its environment is wrong. */
export async function openReading(environment: Environment): Promise<GatewayHandler> {
  const { telemetry, ports, heads } = await openReads(environment);
  return serveGateway({
    telemetry,
    ...(await openSenders(environment, telemetry.log)),
    handlerFor: readOnly(ports, heads),
  });
}
