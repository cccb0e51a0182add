import { describe, expect, it } from "vitest";
import { HttpRefusal } from "../../../shared/http/refusal.ts";
import { refusalOf, route } from "./parse.ts";

const SHA256 = `sha256:${"a".repeat(64)}`;
const ID = "0b0c4cba-6b6c-4f6c-9d9f-000000000001";
const SECRET = "s".repeat(43);

describe("a path that is no endpoint", () => {
  it.each([
    "",
    "/",
    "/v1/",
    "/v22/",
    "/v2/a",
    "/v2//",
    "/v2/a/b",
    "/v2/a/_catalog",
    "/v2/_catalog/",
    "/v2/manifests/latest",
    "/v2//manifests/latest",
    "/v2/blobs/uploads/",
    "/v2/blobs/uploads",
    `/v2/blobs/uploads/${ID}`,
    "/v2/a/uploads/",
    "/v2/a/b/uploads/",
    `/v2/a/b/uploads/${ID}`,
    `/v2/a/uploads/${ID}`,
    "/v2/a/manifests/",
    "/v2/a/manifests",
    "/v2/a/blobs/",
    "/v2/a/tags/list/",
    "/v2/a/tags/",
    "/v2/a/referrers/",
    `/v2/a/blobs/uploads/${ID}/`,
    "/v2/_oci/ext/discover",
  ])("answers 404 to %s", (target) => {
    expect(refusalOf("GET", target)).toMatchObject({ status: 404, code: "UNSUPPORTED" });
  });
});

describe("a known endpoint with another method", () => {
  it.each([
    ["/v2/", "GET, HEAD"],
    ["/v2/_catalog", "GET, HEAD"],
    ["/v2/a/manifests/latest", "GET, HEAD, PUT, DELETE"],
    [`/v2/a/blobs/${SHA256}`, "GET, HEAD, DELETE"],
    ["/v2/a/blobs/uploads/", "POST"],
    [`/v2/a/blobs/uploads/${ID}`, "GET, HEAD, PATCH, PUT, DELETE"],
    ["/v2/a/tags/list", "GET, HEAD"],
    [`/v2/a/referrers/${SHA256}`, "GET, HEAD"],
  ])("answers 405 and says which methods %s has", (target, allow) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS", "constructor"]) {
      if (allow.includes(method)) continue;
      const refusal = refusalOf(method, target);
      expect(refusal).toMatchObject({ status: 405, code: "UNSUPPORTED" });
      expect(refusal instanceof HttpRefusal && refusal.headers).toEqual({ Allow: allow });
    }
  });
});

describe("names in a path", () => {
  it.each([
    ["/v2/A/tags/list", "NAME_INVALID"],
    ["/v2/a//b/tags/list", "NAME_INVALID"],
    ["/v2/../a/tags/list", "NAME_INVALID"],
    ["/v2/a%00/tags/list", "NAME_INVALID"],
    ["/v2/%zz/tags/list", "NAME_INVALID"],
    ["/v2/%C3%28/tags/list", "NAME_INVALID"],
    [`/v2/${"a".repeat(256)}/tags/list`, "NAME_INVALID"],
    ["/v2/a/manifests/-x", "MANIFEST_UNKNOWN"],
    ["/v2/a/manifests/sha256:abc", "DIGEST_INVALID"],
    [`/v2/a/manifests/sha256:${"A".repeat(64)}`, "DIGEST_INVALID"],
    ["/v2/a/blobs/latest", "DIGEST_INVALID"],
    [`/v2/a/blobs/md5:${"a".repeat(32)}`, "DIGEST_INVALID"],
    ["/v2/a/referrers/latest", "DIGEST_INVALID"],
    [`/v2/a/blobs/uploads/NOT-AN-ID?secret=${SECRET}`, "BLOB_UPLOAD_UNKNOWN"],
    [`/v2/a/blobs/uploads/${"a".repeat(65)}?secret=${SECRET}`, "BLOB_UPLOAD_UNKNOWN"],
    [`/v2/a/blobs/uploads/${ID}`, "BLOB_UPLOAD_UNKNOWN"],
    [`/v2/a/blobs/uploads/${ID}?secret=`, "BLOB_UPLOAD_UNKNOWN"],
    [`/v2/a/blobs/uploads/${ID}?secret=${SECRET}s`, "BLOB_UPLOAD_UNKNOWN"],
    [`/v2/a/blobs/uploads/${ID}?secret=%2F${SECRET.slice(1)}`, "BLOB_UPLOAD_UNKNOWN"],
    ["/v2/a/tags/list?n=-1", "PAGINATION_NUMBER_INVALID"],
    ["/v2/a/tags/list?n=", "PAGINATION_NUMBER_INVALID"],
    ["/v2/a/tags/list?n=1e3", "PAGINATION_NUMBER_INVALID"],
    ["/v2/a/tags/list?last=%00", "PAGINATION_NUMBER_INVALID"],
    [`/v2/a/tags/list?last=${"a".repeat(256)}`, "PAGINATION_NUMBER_INVALID"],
  ])("answers to %s with %s", (target, reason) => {
    expect(refusalOf("GET", target)).toMatchObject({ reason });
  });

  it.each([
    ["/v2/a/manifests/-x", "TAG_INVALID"],
    ["/v2/a/manifests/latest?tag=x", "TAG_INVALID"],
    [`/v2/a/manifests/${SHA256}?tag=x&tag=`, "TAG_INVALID"],
    [`/v2/a/manifests/${SHA256}?${"tag=x&".repeat(21)}`, "TAGS_TOO_MANY"],
    [`/v2/a/blobs/uploads/${ID}?secret=${SECRET}`, "DIGEST_INVALID"],
    [`/v2/a/blobs/uploads/${ID}?secret=${SECRET}&digest=sha256:abc`, "DIGEST_INVALID"],
  ])("answers to PUT %s with %s", (target, reason) => {
    expect(refusalOf("PUT", target)).toMatchObject({ reason });
  });

  it.each([
    ["/v2/a/blobs/uploads/?digest=x", "DIGEST_INVALID"],
    ["/v2/a/blobs/uploads/?mount=x", "DIGEST_INVALID"],
    [`/v2/a/blobs/uploads/?mount=${SHA256}&from=A`, "NAME_INVALID"],
    ["/v2/a/blobs/uploads/?digest-algorithm=md5", "DIGEST_INVALID"],
    ["/v2/a/blobs/uploads/?digest-algorithm=", "DIGEST_INVALID"],
  ])("answers to POST %s with %s", (target, reason) => {
    expect(refusalOf("POST", target)).toMatchObject({ reason });
  });

  it("are the same escaped and unescaped", () => {
    expect(route("GET", `/v2/a%2Fb/blobs/sha256%3A${"a".repeat(64)}`)).toEqual({
      kind: "blob.get",
      repo: "a/b",
      digest: SHA256,
    });
  });

  it("are unescaped once", () => {
    expect(refusalOf("GET", "/v2/a%252Fb/tags/list")).toMatchObject({ reason: "NAME_INVALID" });
  });
});
