import type { RegistrySettings } from "../../shared/registry/create-registry.ts";
import { type ReadWriteManner, readWrite } from "../gateway/read-write.ts";
import { type GatewayHandler, serveGateway } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import { connectDynamo } from "../stores/dynamo-client.ts";
import { createDynamoTable } from "../stores/dynamo-table.ts";
import { createS3Reads } from "../stores/s3-reads.ts";
import { systemClock } from "../system-clock.ts";
import { openTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { blobsOnDemand } from "./blobs-on-demand.ts";
import { freshCredentials, HEADS, TELEMETRY } from "./environment.ts";
import type { S3Manner } from "./s3-writes.ts";

const NEEDED = [
  ...TELEMETRY,
  "region",
  "table",
  "bucket",
  "dynamo",
  "s3",
  ...HEADS,
  "uploadDoor",
  "uploadIdle",
] as const;

export interface WritingStores {
  readonly telemetry: Telemetry;
  readonly ports: Required<Omit<RegistrySettings, "sparseManifests">>;
  readonly manner: ReadWriteManner;
}

/** The table and the bucket, to read and to write. Rejects with a SettingsError where the environment is wrong. */
export async function openStores(environment: Environment, manner: S3Manner = {}): Promise<WritingStores> {
  const { region, table, bucket, dynamo, s3, headBody, headBlob, uploadDoor, uploadIdle, ...about } =
    readSettings(environment, NEEDED);
  const telemetry = await openTelemetry(about);
  const credentials = freshCredentials(environment);
  const { repeating, once } = connectDynamo({ region, credentials, ...dynamo });
  const clients = { repeating: telemetry.watch(repeating), once: telemetry.watch(once) };
  const place = { region, bucket, credentials, clock: systemClock, ...s3 };
  const ports = {
    table: createDynamoTable({ clients, table }),
    blobs: blobsOnDemand(createS3Reads(place), async () =>
      (await import("./s3-writes.ts")).openS3(place, telemetry.watch, manner),
    ),
    clock: systemClock,
    uploadIdle,
  };
  return { telemetry, ports, manner: { headBody, headBlob, uploadDoor } };
}

/** A function that reads and writes. */
export async function openWriting(environment: Environment): Promise<GatewayHandler> {
  const { telemetry, ports, manner } = await openStores(environment);
  return serveGateway({ telemetry, handlerFor: readWrite(ports, manner) });
}
