import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { eventOf } from "../../test/gateway/http-api/event.ts";
import { MANIFEST_TYPE, makeImage } from "../content.ts";

const { manifest } = makeImage();

/** The item behind a tag (keyspace.ts), as DynamoDB sends it. */
const ITEM = {
  pk: { S: "REPO#bench/app" },
  sk: { S: "TAG#v1.3" },
  digest: { S: manifest.digest },
  mediaType: { S: MANIFEST_TYPE },
  size: { N: String(manifest.bytes.length) },
  bytes: { B: Buffer.from(manifest.bytes).toString("base64") },
};

export interface OneItemDynamo {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Answers every request with that item, at once: what is measured is the function, not its table. */
export async function serveOneItem(): Promise<OneItemDynamo> {
  const answer = JSON.stringify({ Item: ITEM });
  const headers = {
    "Content-Type": "application/x-amz-json-1.0",
    "Content-Length": Buffer.byteLength(answer),
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, headers).end(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A pull of the manifest by its tag, as docker asks for it. */
export const pullEvent = (): string =>
  JSON.stringify(
    eventOf(
      {
        method: "GET",
        target: "/v2/bench/app/manifests/v1.3",
        headers: [
          ["Host", "abcdef1234.execute-api.us-east-1.amazonaws.com"],
          ["User-Agent", "docker/28.2.2 go/go1.24.3 kernel/6.1.0 os/linux arch/arm64"],
          ["Accept", MANIFEST_TYPE],
        ],
        body: new Uint8Array(),
        sourceIp: "192.0.2.1",
        protocol: "https",
        port: 443,
      },
      {
        accountId: "123456789012",
        apiId: "abcdef1234",
        routeKey: "GET /v2/{a}/{b}/manifests/{reference}",
        pathParameters: { a: "bench", b: "app", reference: "v1.3" },
        stageVariables: undefined,
        requestId: "bench",
        traceId: "Root=1-bench",
        time: Date.now(),
      },
    ),
  );

/** Throws where the result is not the whole manifest: figures of wrong answers say nothing. */
export function checkPulled(result: string): void {
  const { statusCode, body = "" } = JSON.parse(result) as { statusCode?: number; body?: string };
  const isWhole = statusCode === 200 && Buffer.from(body, "base64").equals(Buffer.from(manifest.bytes));
  if (!isWhole) throw new Error(`the function pulled no manifest: ${result.slice(0, 300)}`);
}
