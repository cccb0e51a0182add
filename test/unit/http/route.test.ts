import { describe, expect, it } from "vitest";
import { route } from "./parse.ts";

const SHA256 = `sha256:${"a".repeat(64)}`;
const SHA512 = `sha512:${"b".repeat(128)}`;
const ID = "0b0c4cba-6b6c-4f6c-9d9f-000000000001";
const SECRET = `-_${"s".repeat(41)}`;

const NAMES = [
  "a",
  "library/ubuntu",
  "a/b/c/d/e/f/g/h/i/j",
  "manifests",
  "blobs",
  "uploads",
  "tags",
  "tags/list",
  "referrers",
  "v2",
  "a/manifests",
  "a/manifests/latest",
  "a/blobs",
  "a/blobs/uploads",
  "blobs/uploads",
  "uploads/blobs/uploads",
  "manifests/blobs/tags/referrers",
  "a/tags/list",
  "a__b/c--d/e.f",
];

describe.each(NAMES)("spec § Endpoints, in the repository %s", (name) => {
  const repo = name;
  const tag = { kind: "tag", tag: "latest" };
  const digest = { kind: "digest", digest: SHA256 };
  it.each([
    ["end-2", "GET", `blobs/${SHA256}`, { kind: "blob.get", repo, digest: SHA256 }],
    ["end-2", "HEAD", `blobs/${SHA512}`, { kind: "blob.head", repo, digest: SHA512 }],
    ["end-3", "GET", "manifests/latest", { kind: "manifest.get", repo, reference: tag }],
    ["end-3", "HEAD", `manifests/${SHA256}`, { kind: "manifest.get", repo, reference: digest }],
    [
      "end-3",
      "GET",
      "manifests/uploads",
      { kind: "manifest.get", repo, reference: { kind: "tag", tag: "uploads" } },
    ],
    ["end-4a", "POST", "blobs/uploads/", { kind: "upload.begin", repo }],
    ["end-4a", "POST", "blobs/uploads", { kind: "upload.begin", repo }],
    ["end-4b", "POST", `blobs/uploads/?digest=${SHA256}`, { kind: "upload.whole", repo, digest: SHA256 }],
    [
      "end-4c",
      "POST",
      "blobs/uploads/?digest-algorithm=sha512",
      { kind: "upload.begin", repo, algorithm: "sha512" },
    ],
    [
      "end-5",
      "PATCH",
      `blobs/uploads/${ID}?secret=${SECRET}`,
      { kind: "upload.append", repo, id: ID, secret: SECRET },
    ],
    [
      "end-5",
      "PATCH",
      `blobs/uploads/${ID}?secret=${SECRET}&digest=${SHA256}`,
      { kind: "upload.append", repo, id: ID, secret: SECRET },
    ],
    [
      "end-6",
      "PUT",
      `blobs/uploads/${ID}?secret=${SECRET}&digest=${SHA256}`,
      { kind: "upload.commit", repo, id: ID, secret: SECRET, digest: SHA256 },
    ],
    ["end-7a", "PUT", "manifests/latest", { kind: "manifest.put", repo, reference: tag, tags: [] }],
    [
      "end-7b",
      "PUT",
      `manifests/${SHA256}?tag=b&tag=a&tag=b`,
      { kind: "manifest.put", repo, reference: digest, tags: ["b", "a"] },
    ],
    ["end-8a", "GET", "tags/list", { kind: "tag.list", repo, page: {} }],
    ["end-8b", "GET", "tags/list?n=5&last=v1", { kind: "tag.list", repo, page: { n: 5, last: "v1" } }],
    ["end-8b", "HEAD", "tags/list?last=v1", { kind: "tag.list", repo, page: { last: "v1" } }],
    ["end-9", "DELETE", "manifests/latest", { kind: "manifest.delete", repo, reference: tag }],
    ["end-9", "DELETE", `manifests/${SHA256}`, { kind: "manifest.delete", repo, reference: digest }],
    ["end-10", "DELETE", `blobs/${SHA256}`, { kind: "blob.delete", repo, digest: SHA256 }],
    ["end-11", "POST", `blobs/uploads/?mount=${SHA256}`, { kind: "upload.mount", repo, digest: SHA256 }],
    [
      "end-11",
      "POST",
      `blobs/uploads/?mount=${SHA256}&from=x/y`,
      { kind: "upload.mount", repo, digest: SHA256, from: "x/y" },
    ],
    ["end-12a", "GET", `referrers/${SHA256}`, { kind: "referrer.list", repo, subject: SHA256, page: {} }],
    [
      "end-12b",
      "GET",
      `referrers/${SHA256}?artifactType=application/vnd.x+json`,
      { kind: "referrer.list", repo, subject: SHA256, artifactType: "application/vnd.x+json", page: {} },
    ],
    [
      "end-13",
      "GET",
      `blobs/uploads/${ID}?secret=${SECRET}`,
      { kind: "upload.status", repo, id: ID, secret: SECRET },
    ],
    [
      "end-13",
      "HEAD",
      `blobs/uploads/${ID}?secret=${SECRET}`,
      { kind: "upload.status", repo, id: ID, secret: SECRET },
    ],
    [
      "end-14",
      "DELETE",
      `blobs/uploads/${ID}?secret=${SECRET}`,
      { kind: "upload.cancel", repo, id: ID, secret: SECRET },
    ],
  ])("%s: %s %s", (_end, method, target, expected) => {
    expect(route(method, `/v2/${name}/${target}`)).toEqual(expected);
  });
});

describe("spec § Endpoints, beside the repositories", () => {
  it.each(["/v2/", "/v2"])("end-1: GET %s", (target) => {
    expect(route("GET", target)).toEqual({ kind: "base.get" });
    expect(route("HEAD", target)).toEqual({ kind: "base.get" });
  });
  it("lists the catalog, as Docker has it", () => {
    expect(route("GET", "/v2/_catalog?n=2&last=a/b")).toEqual({
      kind: "catalog.list",
      page: { n: 2, last: "a/b" },
    });
  });
});
