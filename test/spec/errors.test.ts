import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../support/registry.ts";
import {
  beginUpload,
  bytesOf,
  catalogOf,
  pushImage,
  putManifest,
  statusOf,
  tagsOf,
} from "./support/client.ts";
import { ABSENT, content, type ManifestContent, OCI_MANIFEST } from "./support/content.ts";
import { type RawRequest, send } from "./support/raw.ts";

const berth = registry();
const REPO = "errors/kept";
/** distribution-spec § Error Codes, and the three that are Docker's. */
const CODES = new Set([
  "BLOB_UNKNOWN",
  "BLOB_UPLOAD_INVALID",
  "BLOB_UPLOAD_UNKNOWN",
  "DIGEST_INVALID",
  "MANIFEST_BLOB_UNKNOWN",
  "MANIFEST_INVALID",
  "MANIFEST_UNKNOWN",
  "NAME_INVALID",
  "NAME_UNKNOWN",
  "SIZE_INVALID",
  "UNAUTHORIZED",
  "DENIED",
  "UNSUPPORTED",
  "TOOMANYREQUESTS",
  "RANGE_INVALID",
  "TAG_INVALID",
  "PAGINATION_NUMBER_INVALID",
]);
let manifest: ManifestContent;
let upload: string;

beforeAll(async () => {
  ({ manifest } = await pushImage(berth, REPO, "kept", "latest"));
  upload = await beginUpload(berth, REPO);
});

/** Nothing came, nothing went. */
async function expectUntouched(): Promise<void> {
  expect(await catalogOf(berth)).toEqual([REPO]);
  expect(await tagsOf(berth, REPO)).toEqual(["latest"]);
  expect(await bytesOf(await berth.fetch(`/v2/${REPO}/manifests/latest`))).toEqual(manifest.bytes);
  const status = await berth.fetch(upload);
  expect([status.status, status.headers.get("Range")]).toEqual([204, "0-0"]);
}

describe("spec § Error Codes", () => {
  it("MUST be JSON in the format of the specification, with a detail that helps", async () => {
    const response = await putManifest(berth, `/v2/${REPO}/manifests/-not-a-tag`, manifest);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([400, "application/json"]);
    expect(await response.json()).toEqual({
      errors: [{ code: "TAG_INVALID", message: expect.any(String), detail: { tag: "-not-a-tag" } }],
    });
  });

  it("quotes no more of what a client sent than helps", async () => {
    const { text } = await send(berth, { method: "GET", path: `/v2/${"A".repeat(4000)}/tags/list` });
    expect(text.length).toBeLessThan(1000);
  });
});

const BAD_NAMES = [
  "UPPER",
  "a//b",
  "/a",
  "a/",
  "-a",
  "a-",
  "a..b",
  "a.-b",
  "a___b",
  ".",
  "..",
  "../../etc/passwd",
  "a/../b",
  "%2e%2e",
  "a%00b",
  "a%0ab",
  "a%20b",
  "%",
  "%zz",
  "%ff%fe",
  "%C3%A9",
  "a%252fb",
  "a:b",
  "a@b",
  "a;b",
  "a\\b",
  "x".repeat(256),
  `${"x/".repeat(150)}x`,
];
const BAD_REFERENCES = [
  "-x",
  ".x",
  "x".repeat(129),
  "a b".replace(" ", "%20"),
  "%00",
  "%",
  "%ff",
  "sha256:",
  "sha256:abc",
  `sha256:${"g".repeat(64)}`,
  `sha256:${"a".repeat(65)}`,
  `sha256:${"A".repeat(64)}`,
  `SHA256:${"a".repeat(64)}`,
  `sha384:${"a".repeat(96)}`,
  `sha512:${"a".repeat(64)}`,
  ":",
  "a:b",
  `${ABSENT}%00`,
  `${ABSENT}%0a`,
  "..%2f..%2fetc",
];
const METHODS = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"];

/** What is wrong with the answer to a request that must be refused; undefined where nothing is. */
async function complaintOf(raw: RawRequest): Promise<string | undefined> {
  const { status, code, text } = await send(berth, { body: Buffer.from("{}"), ...raw });
  const isRefusal = status >= 400 && status < 500 && (raw.method === "HEAD" || CODES.has(code));
  return isRefusal ? undefined : `${raw.method} ${raw.path}: ${status} ${text}`;
}

async function complaints(requests: readonly RawRequest[]): Promise<readonly (string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for (const request of requests) all.push(await complaintOf(request));
  return all.filter((complaint) => complaint !== undefined);
}

describe("bad input is refused in the contract's terms, never with a 5xx, and stores nothing", () => {
  const headers = { "Content-Type": OCI_MANIFEST };

  it.each(BAD_NAMES)("repository %s", async (name) => {
    const rests = [
      "manifests/latest",
      `blobs/${ABSENT}`,
      "blobs/uploads/",
      "tags/list",
      `referrers/${ABSENT}`,
    ];
    const requests = METHODS.flatMap((method) =>
      rests.map((rest) => ({ method, path: `/v2/${name}/${rest}`, headers })),
    );
    const mount = `/v2/${REPO}/blobs/uploads/?mount=${ABSENT}&from=${encodeURIComponent(name)}`;
    expect(await complaints([...requests, { method: "POST", path: mount }])).toEqual([]);
    await expectUntouched();
  });

  it.each(BAD_REFERENCES)("reference %s", async (reference) => {
    const query = encodeURIComponent(reference);
    const requests = METHODS.flatMap((method) =>
      ["manifests", "blobs", "referrers"].map((family) => ({
        method,
        path: `/v2/${REPO}/${family}/${reference}`,
        headers,
      })),
    );
    const queries = [
      { method: "POST", path: `/v2/${REPO}/blobs/uploads/?digest=${query}` },
      { method: "POST", path: `/v2/${REPO}/blobs/uploads/?mount=${query}` },
      { method: "PUT", path: `${upload}?digest=${query}` },
      { method: "PUT", path: `/v2/${REPO}/manifests/${manifest.digest}?tag=ok&tag=${query}`, headers },
    ];
    expect(await complaints([...requests, ...queries])).toEqual([]);
    await expectUntouched();
  });

  it.each(["x", "1-0", "5-6", "0-100", "0-0", `0-${"9".repeat(200)}`, "0-1, 2-3"])(
    "a chunk with Content-Range %s",
    async (range) => {
      const place = { "Content-Range": range };
      const closing = `${upload}?digest=${content("{}").digest}`;
      const requests = [
        { method: "PATCH", path: upload, headers: place },
        { method: "PUT", path: closing, headers: place },
      ];
      expect(await complaints(requests)).toEqual([]);
      await expectUntouched();
    },
  );

  it.each(["Range", "If-None-Match", "If-Range", "Accept", "Authorization"])(
    "a header %s that says nothing usable is no reason to fail a pull",
    async (name) => {
      for (const value of ["", ",", "\u00ff", '"', "bytes=--", "W/", "x".repeat(4000)]) {
        const path = `/v2/${REPO}/manifests/latest`;
        const { status, text } = await send(berth, { method: "GET", path, headers: { [name]: value } });
        expect([status, text]).toEqual([200, manifest.bytes.toString()]);
      }
    },
  );
});

describe("anything at all", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "v2",
      "manifests",
      "blobs",
      "uploads",
      "tags",
      "list",
      "referrers",
      "..",
      "",
      REPO,
      ABSENT,
      "%",
      "_catalog",
    ),
    fc.stringMatching(/^[\x21-\x7e]{0,12}$/).map((text) => text.replaceAll("#", "")),
  );
  const paths = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => `/v2/${pieces.join("/")}`);
  const values = fc.stringMatching(/^[\x20-\x7e]{0,20}$/);

  it("is answered below 500", async () => {
    const request = fc.record({
      method: fc.constantFrom(...METHODS.filter((method) => method !== "DELETE")),
      path: paths,
      headers: fc.dictionary(
        fc.constantFrom("Content-Range", "Content-Type", "Range", "If-Range", "If-None-Match"),
        values,
      ),
      body: fc.uint8Array({ maxLength: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const { status } = await send(berth, asked);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
    expect(await statusOf(berth, `/v2/${REPO}/manifests/latest`)).toBe(200);
  });
});
