import { randomUUID } from "node:crypto";
import { systemClock } from "../../../functions/system-clock.ts";
import type { ByteStream } from "../../../shared/ports/blobs.ts";
import { sweep } from "../../../shared/registry/sweep.ts";
import { createBucket, createTable, startDynamoDbLocal, startS3Server } from "../../aws/servers.ts";
import { readStores } from "../../aws/support/read-stores.ts";
import { type AwsBlobs, type AwsTable, connectBlobs, connectTable } from "../../aws/support/stores.ts";
import { checkContents } from "../../support/check-store.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const DAY = 24 * 60 * 60 * 1000;

/** A table and a bucket on servers of their own. */
export interface DoorStores {
  readonly table: AwsTable;
  readonly blobs: AwsBlobs;
  /** of the servers, and what signs requests to them */
  readonly dynamo: { readonly endpoint: string };
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What is wrong with them some days from now, when every upload has expired and the sweep has been. */
  readonly wrongInFuture: () => Promise<readonly string[]>;
}

/** `running` takes what is to be stopped. */
export async function startDoorStores(running: AsyncDisposableStack): Promise<DoorStores> {
  const folder = running.adopt(await temporaryFolder(), ({ remove }) => remove());
  const s3 = running.adopt(await startS3Server({ folder: folder.path }), ({ stop }) => stop());
  const dynamo = running.adopt(await startDynamoDbLocal(), ({ stop }) => stop());
  const name = `berth-${randomUUID()}`;
  const table = running.adopt(connectTable(dynamo.endpoint, name), ({ close }) => close());
  const blobs = running.adopt(connectBlobs(s3, name), ({ close }) => close());
  // The sweep's clock is ahead: nothing may expire by itself.
  await createTable(table.clients.repeating, name, { timeToLive: false });
  await createBucket(blobs.client, name);
  const hashed = new Set<string>();
  return { table, blobs, dynamo, s3, wrongInFuture: () => wrongInFuture({ table, blobs }, hashed) };
}

/** Objects that were `hashed` before are not read again. */
async function wrongInFuture(
  { table, blobs }: Pick<DoorStores, "table" | "blobs">,
  hashed: Set<string>,
): Promise<readonly string[]> {
  const clock = { ...systemClock, now: () => Date.now() + 4 * DAY };
  await sweep({ table: table.table, blobs: blobs.blobs, clock, uploadIdle: DAY });
  const read = async function* (key: string): ByteStream {
    yield* (await blobs.blobs.read(key)) ?? [];
  };
  const contents = await readStores(table, blobs);
  const { broken, strays } = await checkContents(contents, read, { hash: ({ key }) => !hashed.has(key) });
  for (const key of contents.objects.keys()) hashed.add(key);
  return [...broken, ...strays];
}
