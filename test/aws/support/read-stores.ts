import { paginateScan } from "@aws-sdk/client-dynamodb";
import { ListPartsCommand } from "@aws-sdk/client-s3";
import { itemFromDynamo } from "../../../functions/stores/dynamo-values.ts";
import type { ByteStream, ObjectPage } from "../../../shared/ports/blobs.ts";
import type { Item } from "../../../shared/ports/table.ts";
import { checkContents, type StoreReport } from "../../support/check-store.ts";
import type { StoreContents, UnfinishedUpload } from "../../support/store-contents.ts";
import type { AwsBlobs, AwsTable } from "./stores.ts";

/** All that lies in a table and a bucket, as test/support/store-invariants.ts wants it. */
export async function readStores(table: AwsTable, blobs: AwsBlobs): Promise<StoreContents> {
  const objects = new Map<string, number>();
  for (const { key, size } of await pagesOf((after) => blobs.blobs.list("", after))) objects.set(key, size);
  const multiparts: UnfinishedUpload[] = [];
  for (const { key, id } of await pagesOf((after) => blobs.blobs.listMultiparts("", after))) {
    multiparts.push({ key, id, parts: await partsOf(blobs, key, id) });
  }
  return { items: await itemsOf(table), objects, multiparts, temporary: [] };
}

/** Tells what is wrong with a table and a bucket; while nothing writes to them. */
export async function checkStores(table: AwsTable, blobs: AwsBlobs): Promise<StoreReport> {
  const read = async function* (key: string): ByteStream {
    yield* (await blobs.blobs.read(key)) ?? [];
  };
  return checkContents(await readStores(table, blobs), read);
}

async function pagesOf<Entry>(
  list: (after?: string) => Promise<ObjectPage<Entry>>,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let page = await list(); ; page = await list(page.next)) {
    entries.push(...page.entries);
    if (page.next === undefined) return entries;
  }
}

/** `<number>-<size>-<etag>` of each */
async function partsOf({ client, bucket }: AwsBlobs, key: string, id: string): Promise<ReadonlySet<string>> {
  const { Parts: parts = [] } = await client.send(
    new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: id }),
  );
  return new Set(
    parts.map(({ PartNumber, Size, ETag }) => `${String(PartNumber).padStart(5, "0")}-${Size}-${ETag}`),
  );
}

async function itemsOf({ clients, name }: AwsTable): Promise<readonly Item[]> {
  const items: Item[] = [];
  const scan = { TableName: name, ConsistentRead: true };
  for await (const { Items: found = [] } of paginateScan({ client: clients.repeating }, scan)) {
    items.push(...found.map(itemFromDynamo));
  }
  return items;
}
