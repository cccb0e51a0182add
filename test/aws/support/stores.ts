import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import type { Credentials } from "../../../functions/stores/credentials.ts";
import { connectDynamo, type DynamoClients } from "../../../functions/stores/dynamo-client.ts";
import { createDynamoTable } from "../../../functions/stores/dynamo-table.ts";
import { createS3Blobs } from "../../../functions/stores/s3-blobs.ts";
import { connectS3, type S3Client } from "../../../functions/stores/s3-client.ts";
import { systemClock } from "../../../local/system-clock.ts";
import type { Blobs } from "../../../shared/ports/blobs.ts";
import type { Table } from "../../../shared/ports/table.ts";
import { createBucket, createTable, LOCAL_REGION, type S3Server } from "../servers.ts";
import { completeFaithfully } from "./faithful-completions.ts";

/** The adapters of AWS over the servers of this run, in a table and a bucket that nobody else uses. */
export interface AwsTable {
  readonly clients: DynamoClients;
  readonly name: string;
  readonly table: Table;
  readonly close: () => void;
}
export interface AwsBlobs {
  readonly client: S3Client;
  readonly bucket: string;
  readonly blobs: Blobs;
  readonly close: () => void;
}

const assuredUntil = Number.POSITIVE_INFINITY;
/** milliseconds: tests send hundreds of requests at once to a server that shares the machine */
const PATIENCE = 30_000;

interface TableWanted {
  /** one that is there already; a new one where it is not given */
  readonly name?: string;
  /** a test whose clock shows another year must not have its items dropped */
  readonly timeToLive?: boolean;
}

export async function openAwsTable(wanted: TableWanted = {}): Promise<AwsTable> {
  const { name = `berth-${randomUUID()}`, timeToLive = true } = wanted;
  const opened = connectTable(inject("dynamoDb").endpoint, name);
  if (wanted.name === undefined) await createTable(opened.clients.repeating, name, { timeToLive });
  return opened;
}

/** A table that is there already, on any DynamoDB Local. */
export function connectTable(endpoint: string, name: string): AwsTable {
  const credentials: Credentials = { accessKeyId: "berthtest", secretAccessKey: "any", assuredUntil };
  const clients = connectDynamo({ region: LOCAL_REGION, endpoint, credentials, patience: PATIENCE });
  const close = (): void => {
    clients.repeating.destroy();
    clients.once.destroy();
  };
  return { clients, name, table: createDynamoTable({ clients, table: name }), close };
}

export async function openAwsBlobs(): Promise<AwsBlobs> {
  const opened = connectBlobs(inject("s3"), `berth-${randomUUID()}`);
  completeFaithfully(opened.client);
  await createBucket(opened.client, opened.bucket);
  return opened;
}

/** A bucket that is there already, on any S3 server. */
export function connectBlobs(server: Omit<S3Server, "stop">, bucket: string): AwsBlobs {
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey, assuredUntil };
  const place = { region: LOCAL_REGION, endpoint, credentials };
  const client = connectS3(place);
  const blobs = createS3Blobs({ ...place, client, bucket, clock: systemClock });
  return { client, bucket, blobs, close: () => client.destroy() };
}
