import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Call } from "../costs/counting/recorder.ts";
import {
  type Counted,
  type CountedRegistry,
  countedRegistry,
  registryOver,
} from "../costs/support/counted-registry.ts";
import {
  CHUNK,
  createImage,
  manifestOfSize,
  pushBlob,
  pushImage,
  putManifest,
} from "../costs/support/image.ts";
import { content } from "../spec/support/content.ts";
import { type AwsBlobs, type AwsTable, openAwsBlobs, openAwsTable } from "./support/stores.ts";
import { type RequestWatch, watchRequests } from "./support/watch-requests.ts";

const REPO = "team/app";
const config = content("the config");

/** A day of a registry: every method of both ports is called. */
async function aDay(registry: CountedRegistry): Promise<readonly Counted[]> {
  const counted: Counted[] = [];
  const keep = (...requests: readonly Counted[]): void => void counted.push(...requests);
  const image = createImage({ seed: "day", layers: [1000, 1000, 1000] });
  keep(...(await pushImage(registry, REPO, image, "1")));
  keep(...(await pushBlob(registry, REPO, content(Buffer.alloc(3 * CHUNK, "large")))));
  for (const [reference, size] of Object.entries({ larger: 10_000, huge: 400_000 })) {
    keep(...(await pushBlob(registry, REPO, config)));
    keep(await putManifest(registry, { repo: REPO, reference, manifest: manifestOfSize(size, config) }));
    keep(await registry.send({ method: "GET", target: `/v2/${REPO}/manifests/${reference}` }, 200));
  }
  keep(...(await pushImage(registry, REPO, createImage({ seed: "other", layers: [10] }), "other")));
  const blob = `/v2/${REPO}/blobs/${config.digest}`;
  keep(await registry.send({ method: "GET", target: blob }, 307));
  keep(await registry.send({ method: "HEAD", target: blob }, 200));
  const mount = `/v2/other/blobs/uploads/?mount=${config.digest}`;
  keep(await registry.send({ method: "POST", target: mount }, 201));
  for (const list of [`${REPO}/tags/list?n=2`, `${REPO}/referrers/${image.manifest.digest}`, "_catalog"]) {
    keep(await registry.send({ method: "GET", target: `/v2/${list}` }, 200));
  }
  const manifests = `/v2/${REPO}/manifests`;
  keep(await registry.send({ method: "DELETE", target: `${manifests}/other` }, 202));
  keep(await registry.send({ method: "DELETE", target: `${manifests}/${image.manifest.digest}` }, 202));
  keep(await registry.send({ method: "DELETE", target: blob }, 202));
  return counted;
}

let table: AwsTable;
let blobs: AwsBlobs;
let watch: RequestWatch;
let counted: readonly Counted[];
let sent: readonly Counted[];
beforeAll(async () => {
  [table, blobs] = await Promise.all([openAwsTable(), openAwsBlobs()]);
  watch = watchRequests({ dynamo: table.clients, s3: blobs.client, s3Endpoint: inject("s3").endpoint });
  counted = await aDay(countedRegistry());
  sent = await aDay(registryOver({ table: table.table, blobs: blobs.blobs, take: watch.take }));
});
afterAll(() => {
  watch.stop();
  table.close();
  blobs.close();
});

const ALONE = new Set(["GetItem", "PutItem", "UpdateItem", "DeleteItem"]);

const told = ({ asked, calls }: Counted, of: (call: Call) => string) => ({
  request: `${asked.method} ${asked.target}`,
  // Parts and batches run at once, in any order.
  calls: calls.map(of).toSorted(),
});

describe("the calls that docs/costs.md counts", () => {
  it("are the requests that the adapters send, one for each", () => {
    const operations = ({ operation }: Call): string => operation;
    expect(sent.map((each) => told(each, operations))).toEqual(counted.map((each) => told(each, operations)));
  });

  // DynamoDB Local knows no better of transactions, of what is absent in a batch, and of an empty page.
  it("take as many units as DynamoDB Local says, where one item is read or written alone", () => {
    const units = ({ operation, readUnits, writeUnits }: Call): string =>
      ALONE.has(operation) ? `${operation}: ${readUnits} read, ${writeUnits} written` : "";
    expect(sent.map((each) => told(each, units))).toEqual(counted.map((each) => told(each, units)));
    const read = sent.flatMap(({ calls }) => calls).map(({ readUnits }) => readUnits);
    expect(Math.max(...read)).toBeGreaterThan(1);
  });
});
