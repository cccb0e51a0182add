import { type AwsBlobs, type AwsTable, connectBlobs, connectTable } from "../../aws/support/stores.ts";
import type { Stand } from "../stand.ts";

/** A look at what the functions have left, once nothing is under way. */
export async function atStores<Found>(
  { plan, stores }: Stand,
  look: (table: AwsTable, blobs: AwsBlobs) => Promise<Found>,
): Promise<Found> {
  const [bucket = ""] = plan.buckets;
  await stores.idle();
  const table = connectTable(stores.behind.dynamodb, plan.tables[0]?.name ?? "");
  const blobs = connectBlobs(stores.behind.s3, bucket);
  try {
    return await look(table, blobs);
  } finally {
    table.close();
    blobs.close();
  }
}
