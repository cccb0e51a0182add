import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doorVariables } from "../../bench/door/door-contender.ts";
import { type Stores, startStores } from "../../bench/door/stores.ts";
import { buildFunctions } from "../../functions/build.ts";
import { uploadPath } from "../../shared/http/upload-location.ts";
import { partSize } from "../../shared/registry/part-plan.ts";
import { startDoor } from "../functions/support/door-process.ts";
import { patterned } from "../support/bodies.ts";
import { caller, repo } from "../support/domain.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { forward, headersOf, relay, startProxy } from "./rights/proxy.ts";

const PARTS = 5;
const bytes = patterned(PARTS * partSize(1), "a layer of five parts");
const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** As S3 names what a request asks for (API Reference). */
function s3Operation(method: string, target: string, headers: IncomingHttpHeaders): string {
  const query = new URL(target, "http://s3").searchParams;
  if (method === "POST") return query.has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
  if (headers["x-amz-copy-source"] !== undefined) return "Copy";
  if (method === "PUT") return query.has("partNumber") ? "UploadPart" : "PutObject";
  return `${method} ${query.has("uploadId") ? "upload" : "object"}`;
}

const dynamoOperation = (headers: IncomingHttpHeaders): string =>
  String(headers["x-amz-target"]).replace(/^.*\./, "");

/** Stands before a store and notes what it is asked for. */
function counting(
  origin: string,
  note: (method: string, target: string, headers: IncomingHttpHeaders) => void,
) {
  return startProxy({
    host: "127.0.0.1",
    log: () => {},
    handle: async (request, response) => {
      const { method = "", url: target = "", headers } = request;
      note(method, target, headers);
      const sent = { origin, method, target, headers: headersOf(request), body: request };
      await relay(await forward(sent), response);
    },
  });
}

const running = new AsyncDisposableStack();
let stores: Stores;
let bundles = "";
beforeAll(async () => {
  const folder = await temporaryFolder();
  running.defer(folder.remove);
  stores = await startStores(folder.path);
  running.defer(stores.stop);
  bundles = `${folder.path}/bundles`;
  await buildFunctions(bundles);
});
afterAll(() => running.disposeAsync());

type Send = (method: "PATCH" | "PUT", body?: RequestInit["body"], query?: string) => Promise<Calls>;
interface Calls {
  readonly s3: readonly string[];
  readonly dynamoDb: readonly string[];
}

/** Gives `push` an upload at a door of its own; what it sends answers the calls that came of it. */
async function withUpload(push: (send: Send) => Promise<void>): Promise<void> {
  await stores.withPlace(async (place) => {
    await using own = new AsyncDisposableStack();
    const calls = { s3: [] as string[], dynamoDb: [] as string[] };
    const s3 = await counting(place.s3.endpoint, (...asked) => calls.s3.push(s3Operation(...asked)));
    own.defer(s3.stop);
    const dynamoDb = await counting(place.dynamoDb, (_method, _target, headers) =>
      calls.dynamoDb.push(dynamoOperation(headers)),
    );
    own.defer(dynamoDb.stop);
    const counted = { ...place, dynamoDb: dynamoDb.endpoint, s3: { ...place.s3, endpoint: s3.endpoint } };
    const door = await startDoor(bundles, doorVariables(counted));
    own.defer(async () => void (await door.stop()));
    const location = {
      repo: repo("a/b"),
      ...(await place.registry.beginUpload({ repo: repo("a/b"), caller })),
    };
    await push(async (method, body, query = "") => {
      const url = `http://127.0.0.1:${door.port}${uploadPath(location)}${query}`;
      const init = { method, ...(body !== undefined && { body, duplex: "half" }) };
      const { status } = await fetch(url, init as RequestInit);
      expect(status).toBe(method === "PATCH" ? 202 : 201);
      return { s3: calls.s3.splice(0).toSorted(), dynamoDb: calls.dynamoDb.splice(0) };
    });
  });
}

const parts = Array<string>(PARTS).fill("UploadPart");

describe("what a push of five parts through the upload door asks of the stores", () => {
  it("is one request for each part of a PATCH without a length, and one that joins them: nothing is read or copied", async () => {
    await withUpload(async (send) => {
      const patched = await send("PATCH", ReadableStream.from([bytes]));
      expect(patched.s3).toEqual(["CreateMultipartUpload", ...parts]);
      const committed = await send("PUT", undefined, `&digest=${digest}`);
      expect(committed.s3).toEqual(["CompleteMultipartUpload"]);
      expect(patched.dynamoDb).toEqual(["GetItem", "UpdateItem", "TransactWriteItems"]);
      expect(committed.dynamoDb).toEqual([
        "GetItem",
        "BatchGetItem",
        "TransactWriteItems",
        "Query",
        "TransactWriteItems",
        "GetItem",
      ]);
    });
  });

  it("is the same for one PUT of all bytes", async () => {
    await withUpload(async (send) => {
      const put = await send("PUT", bytes, `&digest=${digest}`);
      expect(put.s3).toEqual(["CompleteMultipartUpload", "CreateMultipartUpload", ...parts]);
      expect(put.dynamoDb).toEqual([
        "GetItem",
        "UpdateItem",
        "BatchGetItem",
        "TransactWriteItems",
        "TransactWriteItems",
        "GetItem",
      ]);
    });
  });
});
