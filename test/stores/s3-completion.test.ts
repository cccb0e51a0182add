import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectS3 } from "../../functions/stores/s3-client.ts";
import { createS3Multiparts } from "../../functions/stores/s3-multiparts.ts";

type Answer = (response: ServerResponse) => void;

const JOINED =
  '<?xml version="1.0"?><CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>';
const joined: Answer = (response) =>
  response.writeHead(200, { "Content-Type": "application/xml" }).end(JOINED);
const hangsUp: Answer = (response) => response.destroy();
const there: Answer = (response) => response.writeHead(200, { "Content-Length": "5" }).end();
const absent: Answer = (response) => response.writeHead(404).end();

/** Completes an upload at a server that answers so, in turn; tells the outcome, and what the server was asked. */
async function complete(...answers: readonly Answer[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    asked.push(request.method ?? "");
    (answers[asked.length - 1] ?? absent)(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = connectS3({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "a", secretAccessKey: "s", assuredUntil: Number.POSITIVE_INFINITY },
  });
  const { completeMultipart } = createS3Multiparts({ client, bucket: "blobs" });
  const part = { number: 1, etag: '"e"', size: 5 };
  const { outcome } = await completeMultipart({ key: "blobs/2026-01-01/a_b", id: "u" }, [part]);
  return { outcome, asked };
}

describe("parts that S3 has joined", () => {
  it("are an object, by its word alone, where the first try was answered", async () => {
    expect(await complete(joined)).toEqual({ outcome: "completed", asked: ["POST"] });
  });

  it("are waited for where an answer was lost, since a server may call done what it still does", async () => {
    const asked = ["POST", "POST", "HEAD", "HEAD"];
    expect(await complete(hangsUp, joined, absent, there)).toEqual({ outcome: "completed", asked });
  });
});
