import { describe, expect, it } from "vitest";
import { contentOf } from "../../shared/client/content.ts";
import type { HttpAnswer, HttpRequest } from "../../shared/http/messages.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { bodyOf, brokenBody, collect, patterned, sameBytes } from "../support/bodies.ts";
import { sha256 } from "../support/domain.ts";
import { serving, stopServers } from "../support/serving.ts";
import { clientOf, closeClients, startRegistry, type Wrap } from "./support/clients.ts";
import { type Heard, hearing, json } from "./support/guards.ts";

stopServers();
closeClients();

const repo = parseRepoName("team/app");
const bytes = patterned(1_000_000, "pull");
const digest = sha256(bytes);

const isBlob = ({ method, path }: HttpRequest) => method === "GET" && path.includes("/blobs/");

/** Does this to the answers to GET of a blob, by their number from 1 on. */
const changing =
  (
    change: (answer: HttpAnswer, number: number, request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>,
  ): Wrap =>
  (handler) => {
    let count = 0;
    return async (request) => {
      const answer = await handler(request);
      if (!isBlob(request)) return answer;
      count += 1;
      return change(answer, count, request);
    };
  };

const bytesOf = async ({ body }: HttpAnswer): Promise<Buffer> => {
  if (body.kind === "stream") return collect(body.body);
  return body.kind === "bytes" ? Buffer.from(body.bytes) : Buffer.alloc(0);
};

/** The answer, cut after so many bytes. */
const cutAfter = async (answer: HttpAnswer, size: number): Promise<HttpAnswer> => {
  const sent = (await bytesOf(answer)).subarray(0, size);
  return { ...answer, body: { kind: "stream", body: brokenBody(sent, new Error("cut")) } };
};

async function pulledFrom(wrap: Wrap, size?: number) {
  const ranges: (string | undefined)[] = [];
  const { url } = await startRegistry((handler) => {
    const wrapped = wrap(handler);
    return async (request) => {
      if (isBlob(request)) ranges.push(request.header("range"));
      return wrapped(request);
    };
  });
  const client = clientOf(url);
  await client.pushBlob(repo, { digest, content: contentOf(bytes) });
  return { client, ranges, pulled: collect(client.pullBlob(repo, digest, size)) };
}

describe("a blob that is pulled", () => {
  it("goes on by Range where the line was cut, as often as it brings something", async () => {
    const { client, ranges, pulled } = await pulledFrom(
      changing((answer, number) => (number <= 3 ? cutAfter(answer, 200_000) : answer)),
    );
    expect(sameBytes(await pulled, bytes)).toBe(true);
    expect(ranges).toEqual([undefined, "bytes=200000-999999", "bytes=400000-999999", "bytes=600000-999999"]);
    expect(client.pauses).toEqual([500, 500, 500]);
  });

  it("goes on where the registry ignores Range and begins again", async () => {
    const { pulled } = await pulledFrom(
      changing(async (answer, number) => {
        if (number === 1) return cutAfter(answer, 300_000);
        return {
          status: 200,
          headers: { "Content-Length": String(bytes.length) },
          body: { kind: "bytes", bytes },
        };
      }),
    );
    expect(sameBytes(await pulled, bytes)).toBe(true);
  });

  it("ends where it was wanted to, where the registry ignores Range or sends more than was asked for", async () => {
    const more: readonly Wrap[] = [
      changing(() => ({ status: 200, headers: {}, body: { kind: "bytes", bytes } })),
      changing(() => ({
        status: 206,
        headers: { "Content-Range": `bytes 100-${bytes.length - 1}/${bytes.length}` },
        body: { kind: "stream", body: bodyOf(bytes.subarray(100)) },
      })),
      // Nor does it say where it begins.
      changing(() => ({ status: 206, headers: {}, body: { kind: "bytes", bytes: bytes.subarray(100) } })),
    ];
    for (const wrap of more) {
      const client = clientOf((await startRegistry(wrap)).url);
      await client.pushBlob(repo, { digest, content: contentOf(bytes) });
      const stretch = await collect(client.readBlob(repo, digest, { first: 100, end: 70_000 }));
      expect(sameBytes(stretch, bytes.subarray(100, 70_000))).toBe(true);
    }
  });

  it("is heard no further than it was wanted, where what comes has no end", async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(64 * 1024);
    }
    const { url } = await startRegistry(
      changing(() => ({ status: 200, headers: {}, body: { kind: "stream", body: endless() } })),
    );
    const stretch = await collect(clientOf(url).readBlob(repo, digest, { first: 100, end: 70_000 }));
    expect(stretch).toHaveLength(69_900);
  });

  it("waits as Retry-After says, and gives up where nothing ever comes", async () => {
    const busy = json(429, {}, { "Retry-After": "7" });
    const once = await pulledFrom(changing((answer, number) => (number === 1 ? busy : answer)));
    expect(sameBytes(await once.pulled, bytes)).toBe(true);
    expect(once.client.pauses).toEqual([7000]);
    const never = await pulledFrom(changing((answer) => cutAfter(answer, 0)));
    await expect(never.pulled).rejects.toMatchObject({ name: "RegistryFailure" });
  });

  it("is refused at its end where the bytes are others, and as soon as they are too many", async () => {
    const others = { "Content-Length": String(bytes.length) };
    const { pulled } = await pulledFrom(
      changing(() => ({
        status: 200,
        headers: others,
        body: { kind: "bytes", bytes: patterned(bytes.length, "x") },
      })),
    );
    await expect(pulled).rejects.toMatchObject({ name: "DamagedError" });
    const endless = changing(() => ({ status: 200, headers: {}, body: { kind: "stream", body: forever() } }));
    await expect((await pulledFrom(endless, 1000)).pulled).rejects.toThrow(/are too many/);
  });

  it("is refused where the registry sends another range than it was asked for", async () => {
    const { pulled } = await pulledFrom(
      changing(async (answer, number) =>
        number === 1
          ? cutAfter(answer, 100)
          : {
              ...answer,
              headers: { ...answer.headers, "Content-Range": `bytes 200-999999/${bytes.length}` },
            },
      ),
    );
    await expect(pulled).rejects.toMatchObject({ name: "RegistryFailure" });
  });

  it("is told as unknown where there is none", async () => {
    const { url } = await startRegistry();
    await expect(collect(clientOf(url).pullBlob(repo, digest))).rejects.toMatchObject({
      reason: "BLOB_UNKNOWN",
    });
    await expect(clientOf(url).sizeOfBlob(repo, digest)).rejects.toMatchObject({ reason: "BLOB_UNKNOWN" });
  });

  it("comes from where a redirect leads, which gets none of the registry's credentials", async () => {
    const elsewhere: Heard[] = [];
    const store = await serving(
      hearing(elsewhere)(async () => ({
        status: 200,
        headers: { "Content-Length": String(bytes.length) },
        body: { kind: "stream", body: bodyOf(bytes) },
      })),
    );
    const heard: Heard[] = [];
    const { url } = await startRegistry((handler) =>
      hearing(heard)(async (request) => {
        if (request.header("authorization") === undefined) {
          return json(401, {}, { "WWW-Authenticate": "Basic" });
        }
        if (!isBlob(request)) return handler(request);
        return {
          status: 307,
          headers: { Location: `${store.url}/x?sig=1`, "Content-Length": "0" },
          body: { kind: "empty" },
        };
      }),
    );
    const client = clientOf(url, { credentials: { kind: "password", name: "me", secret: "secret" } });
    expect(sameBytes(await collect(client.pullBlob(repo, digest)), bytes)).toBe(true);
    expect(heard.at(-1)?.authorization).toMatch(/^Basic /);
    expect(elsewhere).toEqual([{ method: "GET", path: "/x", query: "sig=1", authorization: undefined }]);
  });

  it("leads nowhere by redirects in a circle", async () => {
    const { url } = await startRegistry(() => async ({ path }) => ({
      status: 302,
      headers: { Location: path, "Content-Length": "0" },
      body: { kind: "empty" },
    }));
    await expect(clientOf(url).hasBlob(repo, digest)).rejects.toThrow(/is redirected for ever/);
  });
});

async function* forever() {
  for (;;) yield Buffer.alloc(1000);
}
