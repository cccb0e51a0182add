import { describe, expect, it } from "vitest";
import { ClientAbortedError } from "../../../shared/http/messages.ts";
import { parseDigest } from "../../../shared/oci/digest.ts";
import { OciError } from "../../../shared/oci/errors.ts";
import type { ByteStream } from "../../../shared/ports/blobs.ts";
import type { Chunk, Registry, UploadId, UploadSecret } from "../../../shared/registry/registry.ts";
import { ask, jsonOf } from "./ask.ts";

const DIGEST = parseDigest(`sha256:${"a".repeat(64)}`);
const ID = "0b0c4cba-0000-4000-8000-000000000001" as UploadId;
const SECRET = "s".repeat(43) as UploadSecret;
const UPLOAD = `/v2/a/blobs/uploads/${ID}?secret=${SECRET}`;
const LIMIT = 4 * 1024 * 1024;
const NEVER_READ: ByteStream = (async function* () {
  yield await Promise.reject(new Error("the body was read"));
})();

describe("Content-Range of a chunk", () => {
  const rangeOf = async (header: string) => {
    const chunks: Chunk[] = [];
    const appendUpload: Registry["appendUpload"] = async ({ chunk }) => {
      chunks.push(chunk);
      return { id: ID, offset: 20 };
    };
    const statUpload = async () => ({ id: ID, offset: 10 });
    const answer = await ask(
      { appendUpload, statUpload },
      {
        method: "PATCH",
        target: UPLOAD,
        headers: { "content-range": header, "content-length": "10" },
      },
    );
    return {
      status: answer.status,
      headers: answer.headers,
      range: chunks[0]?.range,
      length: chunks[0]?.length,
    };
  };

  it.each(["10-19", "bytes 10-19/*", "bytes 10-19/400", "bytes=10-19", "10-19/400"])(
    "may be written %s",
    async (header) => {
      expect(await rangeOf(header)).toMatchObject({
        status: 202,
        range: { first: 10, last: 19 },
        length: 10,
      });
    },
  );
  it.each(["", "10", "10-", "-10", "a-b", "0--1", "items 10-19/*", "10-19,30-39", "1.5-2"])(
    "is a 400 where it is %s",
    async (header) => {
      expect(await rangeOf(header)).toMatchObject({ status: 400, range: undefined });
    },
  );
  it.each(["19-10", `0-${"9".repeat(30)}`])(
    "is a 416 that tells where the upload stands where it is %s",
    async (header) => {
      expect(await rangeOf(header)).toMatchObject({
        status: 416,
        headers: { Location: UPLOAD, Range: "0-9", "Docker-Upload-UUID": ID },
        range: undefined,
      });
    },
  );
});

describe("a single POST that fails", () => {
  const failWith = (reason: Error) => {
    const cancelled: string[] = [];
    const operations: Partial<Registry> = {
      beginUpload: async () => ({ id: ID, secret: SECRET, offset: 0 }),
      commitUpload: () => Promise.reject(reason),
      cancelUpload: ({ id }) => {
        cancelled.push(id);
        return Promise.reject(new OciError("BLOB_UPLOAD_UNKNOWN"));
      },
    };
    const answer = ask(operations, { method: "POST", target: `/v2/a/blobs/uploads/?digest=${DIGEST}` });
    return { answer, cancelled };
  };

  it("cancels its upload, and says why it failed even where that fails too", async () => {
    const { answer, cancelled } = failWith(new OciError("DIGEST_INVALID"));
    expect(await answer).toMatchObject({ status: 400 });
    expect(cancelled).toEqual([ID]);
  });

  it("cancels its upload where the client goes away", async () => {
    const gone = new ClientAbortedError("gone");
    const { answer, cancelled } = failWith(gone);
    await expect(answer).rejects.toBe(gone);
    expect(cancelled).toEqual([ID]);
  });
});

describe("a mount that fails", () => {
  it("begins an upload that hashes as the mount's digest wants it", async () => {
    const begun: unknown[] = [];
    const operations: Partial<Registry> = {
      mountBlob: async () => "unknown",
      beginUpload: async ({ algorithm }) => {
        begun.push(algorithm);
        return { id: ID, secret: SECRET, offset: 0 };
      },
    };
    for (const digest of [DIGEST, `sha512:${"b".repeat(128)}`]) {
      const answer = await ask(operations, {
        method: "POST",
        target: `/v2/a/blobs/uploads/?mount=${digest}`,
      });
      expect(answer).toMatchObject({ status: 202, headers: { Location: UPLOAD } });
    }
    expect(begun).toEqual(["sha256", "sha512"]);
  });
});

describe("the body of a manifest", () => {
  const putManifest: Registry["putManifest"] = async ({ tags }) => ({ digest: DIGEST, tags });
  const headers = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
  const put = (body: readonly Uint8Array[], more: Record<string, string> = {}) =>
    ask(
      { putManifest },
      { method: "PUT", target: "/v2/a/manifests/x", headers: { ...headers, ...more }, body },
    );

  it("may have 4 MiB", async () => {
    expect(await put([Buffer.alloc(LIMIT - 1), Buffer.alloc(1)])).toMatchObject({ status: 201 });
  });
  it("may have no byte more", async () => {
    const answer = await put([Buffer.alloc(LIMIT), Buffer.alloc(1)]);
    expect(answer.status).toBe(413);
    expect(await jsonOf(answer)).toMatchObject({
      errors: [{ code: "MANIFEST_INVALID", detail: { most: LIMIT } }],
    });
  });
  it("is not read at all where the client announces more", async () => {
    const request = {
      method: "PUT",
      target: "/v2/a/manifests/x",
      headers: { ...headers, "content-length": String(LIMIT + 1) },
    };
    expect(await ask({}, { ...request, stream: NEVER_READ })).toMatchObject({ status: 413 });
  });
  it.each(["", " ", ";charset=utf-8"])(
    "needs a media type: Content-Type '%s' is refused, unread",
    async (type) => {
      const request = { method: "PUT", target: "/v2/a/manifests/x", headers: { "content-type": type } };
      expect(await ask({}, { ...request, stream: NEVER_READ })).toMatchObject({ status: 400 });
    },
  );
});
