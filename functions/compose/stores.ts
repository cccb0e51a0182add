import type { Ports } from "../../shared/registry/ports.ts";
import type { readSettings, SettingName } from "../settings.ts";
import type { Credentials } from "../stores/credentials.ts";
import { connectDynamo } from "../stores/dynamo-client.ts";
import { createDynamoTable } from "../stores/dynamo-table.ts";
import { createS3Reads } from "../stores/s3-reads.ts";
import { systemClock } from "../system-clock.ts";
import type { Trace } from "../telemetry/telemetry.ts";
import { blobsOnDemand } from "./blobs-on-demand.ts";
import type { S3Manner } from "./s3-writes.ts";

/** The settings that say where the table and the bucket are. */
export const STORES = ["region", "table", "bucket", "dynamo", "s3"] as const satisfies readonly SettingName[];

interface Connection extends S3Manner {
  readonly credentials: Credentials;
  readonly watch: Trace["watch"];
}

/** The table and the bucket, to read and to write. */
export function connectStores(
  { region, table, bucket, dynamo, s3 }: ReturnType<typeof readSettings<(typeof STORES)[number]>>,
  { credentials, watch, ...manner }: Connection,
): Ports {
  const { repeating, once } = connectDynamo({ region, credentials, ...dynamo });
  const clients = { repeating: watch(repeating), once: watch(once) };
  const place = { region, bucket, credentials, clock: systemClock, ...s3 };
  return {
    table: createDynamoTable({ clients, table }),
    blobs: blobsOnDemand(createS3Reads(place), async () =>
      (await import("./s3-writes.ts")).openS3(place, watch, manner),
    ),
    clock: systemClock,
  };
}
