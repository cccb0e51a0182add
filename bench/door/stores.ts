import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { connectDynamo } from "../../functions/stores/dynamo-client.ts";
import { createDynamoTable } from "../../functions/stores/dynamo-table.ts";
import { createS3Blobs } from "../../functions/stores/s3-blobs.ts";
import { connectS3 } from "../../functions/stores/s3-client.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import {
  createBucket,
  createTable,
  LOCAL_REGION,
  type S3Server,
  startDynamoDbLocal,
  startS3Server,
} from "../../test/aws/servers.ts";

/** A table and a bucket that nobody else uses. */
export interface Place {
  readonly dynamoDb: string;
  readonly s3: Omit<S3Server, "stop">;
  readonly region: string;
  /** of the table and of the bucket */
  readonly name: string;
  /** Berth over them, in this process: it begins uploads, as the functions behind the API do */
  readonly registry: Registry;
}

export interface Stores {
  /** Gives `use` an empty place, which is gone afterwards. */
  readonly withPlace: <Result>(use: (place: Place) => Promise<Result>) => Promise<Result>;
  readonly stop: () => Promise<void>;
}

/** milliseconds: to make a table may take long on a busy machine, and is not to be tried twice */
const PATIENCE = 30_000;

/** DynamoDB Local, and an S3 server over a folder below `folder`. */
export async function startStores(folder: string): Promise<Stores> {
  const objects = join(folder, "s3");
  await mkdir(objects);
  const [dynamoDb, s3] = await Promise.all([startDynamoDbLocal(), startS3Server({ folder: objects })]);
  const { accessKeyId, secretAccessKey } = s3;
  const credentials = { accessKeyId, secretAccessKey, assuredUntil: Number.POSITIVE_INFINITY };
  const store = { region: LOCAL_REGION, credentials };
  const tables = connectDynamo({ ...store, endpoint: dynamoDb.endpoint, patience: PATIENCE });
  const bucketPlace = { ...store, endpoint: s3.endpoint, clock: systemClock };
  const client = connectS3(bucketPlace);
  return {
    withPlace: async (use) => {
      const name = `berth-${randomUUID()}`;
      await createTable(tables.repeating, name);
      await createBucket(client, name);
      const registry = createRegistry({
        table: createDynamoTable({ clients: tables, table: name }),
        blobs: createS3Blobs({ ...bucketPlace, client, bucket: name }),
        clock: systemClock,
      });
      try {
        return await use({ dynamoDb: dynamoDb.endpoint, s3, region: LOCAL_REGION, name, registry });
      } finally {
        await rm(join(objects, name), { recursive: true, force: true });
      }
    },
    stop: async () => {
      tables.repeating.destroy();
      tables.once.destroy();
      client.destroy();
      await Promise.all([dynamoDb.stop(), s3.stop()]);
    },
  };
}
