import { describe, expect, it } from "vitest";
import { BLOB_LIMITS } from "../../shared/ports/blobs.ts";
import { patterned, sameBytes } from "../support/bodies.ts";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
  bytesOf,
  locationOf,
  patch,
  pull,
  put,
  refusalIn,
  withDigest,
} from "./support/client.ts";
import { content } from "./support/content.ts";

const berth = registry();
const { minPart } = BLOB_LIMITS;
const blob = content(patterned(2 * minPart + 10, "parallel"));
/** no more than a door reads of what it refuses */
const few = blob.bytes.subarray(0, 10);
const parts = [0, minPart, 2 * minPart].map((first) => blob.bytes.subarray(first, first + minPart));

describe("issue: parts in parallel, beyond the specification", () => {
  it("are announced where an upload begins, with the bytes that a part may have", async () => {
    const response = await berth.fetch("/v2/a/b/blobs/uploads/", { method: "POST" });
    expect(response.headers.get("Berth-Parallel-Parts")).toBe(`${minPart}-${128 * 1024 * 1024}`);
  });

  it("come in any order and several at a time, and the closing PUT says how many there are", async () => {
    const location = await beginUpload(berth, "a/b");
    const answers = await Promise.all(
      parts.map((bytes, at) => patch(berth, `${location}&part=${at + 1}`, bytes)).toReversed(),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(answers.map(locationOf)).toEqual([location, location, location]);
    const closed = await put(berth, withDigest(`${location}&parts=3`, blob.digest));
    expect([closed.status, closed.headers.get("Docker-Content-Digest")]).toEqual([201, blob.digest]);
    const pulled = await bytesOf(await pull(berth, `/v2/a/b/blobs/${blob.digest}`));
    expect(sameBytes(pulled, blob.bytes)).toBe(true);
  });

  it("that lack are named", async () => {
    const location = await beginUpload(berth, "a/b");
    await patch(berth, `${location}&part=2`, parts[1] ?? new Uint8Array());
    const refused = await put(berth, withDigest(`${location}&parts=3`, blob.digest));
    expect(await refused.clone().json()).toMatchObject({ errors: [{ detail: { parts: ["1", "3"] } }] });
    expect(await refusalIn(refused)).toEqual([400, "BLOB_UPLOAD_INVALID"]);
  });

  it.each(["0", "10001", "-1", "1.5", "one", ""])(
    "have numbers from 1 to 10000, not '%s'",
    async (number) => {
      const location = await beginUpload(berth, "a/b");
      const refused = await patch(berth, `${location}&part=${number}`, few);
      expect(await refusalIn(refused)).toEqual([400, "BLOB_UPLOAD_INVALID"]);
      const closing = await put(berth, withDigest(`${location}&parts=${number}`, blob.digest));
      expect(await refusalIn(closing)).toEqual([400, "BLOB_UPLOAD_INVALID"]);
    },
  );

  it("want the upload's secret as all that goes on with it", async () => {
    const location = (await beginUpload(berth, "a/b")).replace(/secret=.{3}/, "secret=abc");
    const refused = await patch(berth, `${location}&part=1`, few);
    expect(await refusalIn(refused)).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
  });
});
