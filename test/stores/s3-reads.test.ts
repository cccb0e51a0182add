import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Reads } from "../../functions/stores/s3-reads.ts";
import { BlobRuleError, BlobStoreUnavailableError } from "../../shared/ports/blobs.ts";
import { collect } from "../support/bodies.ts";

/** What S3 answers to one request after the other, and what was asked of it. */
const play: { answers: RequestListener[]; asked: string[] } = { answers: [], asked: [] };
const server = createServer((request, response) => {
  play.asked.push(`${request.method} ${new URL(request.url ?? "", "http://s3").pathname}`);
  const answer = play.answers.shift();
  if (answer) answer(request, response);
  else response.writeHead(500).end();
});
beforeAll(() => new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle)));
afterAll(() => new Promise((settle) => server.close(settle)));

const KEY = "blobs/2026-11-24/a_b";
const ASSURED = Date.UTC(2030, 0, 1);

/** A reader of the played S3; `pauses` in milliseconds, as it asked for them. */
function reader(...answers: RequestListener[]) {
  play.answers = answers;
  play.asked = [];
  const pauses: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
  const reads = createS3Reads({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: "berth",
    credentials: { accessKeyId: "id", secretAccessKey: "secret", assuredUntil: ASSURED },
    clock: { now: () => ASSURED - 120_000, sleep, random: () => 0.5 },
  });
  return { ...reads, pauses };
}

const says =
  (status: number, body = "", headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
const error = (status: number, code: string): RequestListener =>
  says(status, `<Error><Code>${code}</Code></Error>`, { "Content-Type": "application/xml" });
const hangsUp: RequestListener = (request) => request.socket.destroy();
/** Promises 10 bytes, and breaks off after 4. */
const breaksOff: RequestListener = (request, response) => {
  response.writeHead(200, { "Content-Length": "10" }).write("four", () => request.socket.destroy());
};

const textOf = async (
  reading: ReturnType<ReturnType<typeof reader>["read"]>,
): Promise<string | undefined> => {
  const body = await reading;
  return body && (await collect(body)).toString();
};

describe("a read of S3", () => {
  it.each([429, 500, 502, 503, 504])("that is answered %i is tried again, after a pause", async (status) => {
    const { read, pauses } = reader(error(status, "SlowDown"), hangsUp, says(200, "bytes"));
    expect(await textOf(read(KEY))).toBe("bytes");
    expect(play.asked).toEqual(Array.from({ length: 3 }, () => `GET /berth/${KEY}`));
    expect(pauses).toEqual([50, 100]);
  });

  it("is given up after three tries: the store is unavailable", async () => {
    const { read } = reader(hangsUp, error(503, "SlowDown"), hangsUp, says(200, "too late"));
    await expect(read(KEY)).rejects.toThrow(BlobStoreUnavailableError);
    expect(play.asked).toHaveLength(3);
  });

  it("that breaks off is an error, never a piece", async () => {
    await expect(textOf(reader(breaksOff).read(KEY))).rejects.toThrow(BlobStoreUnavailableError);
  });

  it("that nobody reads to its end hangs up, and the next one works", async () => {
    const { read } = reader(says(200, "x".repeat(10_000_000)), says(200, "next"));
    for await (const chunk of (await read(KEY)) ?? []) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await textOf(read(KEY))).toBe("next");
  });

  it("of an absent object is undefined", async () => {
    expect(await textOf(reader(error(404, "NoSuchKey")).read(KEY))).toBeUndefined();
    expect(await reader(says(404)).head(KEY)).toBeUndefined();
  });

  it("from a bucket that does not exist is a defect, not an absent object", async () => {
    await expect(reader(error(404, "NoSuchBucket")).read(KEY)).rejects.toThrow("S3 knows no such bucket");
  });

  it("without the right is a defect that tells which right lacks", async () => {
    const { read } = reader(error(403, "AccessDenied"));
    await expect(read(KEY)).rejects.toThrow(/403 AccessDenied.*s3:GetObject.*s3:ListBucket/);
    expect(play.asked).toHaveLength(1);
  });

  it("of a part asks for that part, and refuses what S3 has cut at the end", async () => {
    const part = (range: string, body: string) => says(206, body, { "Content-Range": `bytes ${range}` });
    const range = { first: 2, last: 5 };
    expect(await textOf(reader(part("2-5/10", "cdef")).read(KEY, range))).toBe("cdef");
    const cut = reader(part("2-3/4", "cd")).read(KEY, range);
    await expect(cut).rejects.toThrow(BlobRuleError);
    const beyond = reader(error(416, "InvalidRange")).read(KEY, range);
    await expect(beyond).rejects.toThrow(BlobRuleError);
  });

  it("does not follow a redirect: the URL is signed for one host", async () => {
    const { read } = reader(says(307, "", { Location: "http://127.0.0.1:1/elsewhere" }));
    await expect(read(KEY)).rejects.toThrow("S3 answers 307");
  });
});

describe("opening an object", () => {
  it("asks nobody, and gives a URL that does not outlive the credentials", async () => {
    const source = await reader().open(KEY);
    const url = new URL(source?.kind === "redirect" ? source.url : "http://none");
    expect(url.pathname).toBe(`/berth/${KEY}`);
    expect(url.searchParams.get("X-Amz-Expires")).toBe("120");
    expect(play.asked).toEqual([]);
  });

  it("signs for the client's method", async () => {
    const [get, head] = [await reader().open(KEY), await reader().open(KEY, { method: "HEAD" })];
    const parametersOf = (source: typeof get) =>
      source?.kind === "redirect" ? new URL(source.url).searchParams : new URLSearchParams();
    expect(parametersOf(get).get("x-id")).toBe("GetObject");
    expect(parametersOf(head).get("x-id")).toBeNull();
    expect(parametersOf(head).get("X-Amz-Signature")).not.toBe(parametersOf(get).get("X-Amz-Signature"));
  });
});
