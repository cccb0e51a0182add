import { BlobStoreUnavailableError, type ReadBlobs } from "../../shared/ports/blobs.ts";
import { readOnly } from "../gateway/read-only.ts";
import { type GatewayHandler, serveGateway } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import { connectDynamo } from "../stores/dynamo-client.ts";
import { createDynamoReads } from "../stores/dynamo-reads.ts";
import { openTelemetry } from "../telemetry/telemetry.ts";
import { freshCredentials, HEADS, TELEMETRY } from "./environment.ts";
import { openSenders } from "./senders.ts";

const NEEDED = [...TELEMETRY, "region", "table", "dynamo", ...HEADS] as const;

/** A function that reads the table and knows no bucket. Rejects with a SettingsError where its environment is wrong. */
export async function openListing(environment: Environment): Promise<GatewayHandler> {
  const { region, table, dynamo, headBody, headBlob, ...about } = readSettings(environment, NEEDED);
  const telemetry = await openTelemetry(about);
  const credentials = freshCredentials(environment);
  const { repeating } = connectDynamo({ region, credentials, ...dynamo });
  const reads = createDynamoReads({ client: telemetry.watch(repeating), table });
  return serveGateway({
    telemetry,
    ...(await openSenders(environment, telemetry.log)),
    handlerFor: readOnly({ table: reads, blobs: NO_BUCKET }, { headBody, headBlob }),
  });
}

const noBucket = async (): Promise<never> => {
  throw new BlobStoreUnavailableError("this function has no bucket: the gateway's routes are wrong");
};
const NO_BUCKET: ReadBlobs = { read: noBucket, open: noBucket };
