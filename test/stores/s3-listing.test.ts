import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Blobs } from "../../functions/stores/s3-blobs.ts";
import { connectS3 } from "../../functions/stores/s3-client.ts";
import { systemClock } from "../../local/system-clock.ts";
import type { Multipart } from "../../shared/ports/blobs.ts";

/**
 * The server of test/aws can't go on after a full page of uploads. So S3's documented answers are played here: pages of
 * two, ordered by key and, under one key, by the time of their beginning, each with both markers (API Reference,
 * ListMultipartUploads).
 */
const UPLOADS: readonly Multipart[] = [
  { key: "blobs/a", id: "z-first" },
  { key: "blobs/a", id: "m-second" },
  { key: "blobs/a", id: "a-third" },
  { key: "blobs/b", id: "q+/=" },
  { key: "blobs/c", id: "b" },
];
const PAGE = 2;

const asked: Record<string, string>[] = [];

function pageAfter({ searchParams }: URL): string {
  const key = searchParams.get("key-marker");
  const id = searchParams.get("upload-id-marker");
  asked.push({ key: key ?? "", id: id ?? "" });
  const from = UPLOADS.findIndex((upload) => upload.key === key && upload.id === id) + 1;
  const page = UPLOADS.slice(from, from + PAGE);
  const last = page.at(-1);
  const entries = page.map(
    (each) => `<Upload><Key>${each.key}</Key><UploadId>${each.id}</UploadId></Upload>`,
  );
  return (
    `<ListMultipartUploadsResult><IsTruncated>${from + PAGE < UPLOADS.length}</IsTruncated>` +
    `<NextKeyMarker>${last?.key}</NextKeyMarker><NextUploadIdMarker>${last?.id}</NextUploadIdMarker>` +
    `${entries.join("")}</ListMultipartUploadsResult>`
  );
}

const server = createServer((request, response) => {
  response.setHeader("Content-Type", "application/xml");
  response.end(pageAfter(new URL(request.url ?? "", "http://s3")));
});
beforeAll(() => new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle)));
afterAll(() => new Promise((settle) => server.close(settle)));

describe("a listing of unfinished uploads in S3", () => {
  it("goes on with both markers, so that no upload of one key is left out", async () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "a", secretAccessKey: "b", assuredUntil: Number.POSITIVE_INFINITY };
    const place = { region: "us-east-1", endpoint, credentials };
    const client = connectS3(place);
    const blobs = createS3Blobs({ ...place, client, bucket: "berth", clock: systemClock });
    const listed: Multipart[] = [];
    let after: string | undefined;
    do {
      const page = await blobs.listMultiparts("blobs/", after);
      listed.push(...page.entries);
      after = page.next;
    } while (after !== undefined);
    client.destroy();
    expect(listed).toEqual(UPLOADS);
    expect(asked).toEqual([
      { key: "", id: "" },
      { key: "blobs/a", id: "m-second" },
      { key: "blobs/b", id: "q+/=" },
    ]);
  });
});
