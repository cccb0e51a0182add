import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRoute } from "../../../shared/http/route.ts";
import { OciError } from "../../../shared/oci/errors.ts";
import { digests, repoNames, tagNames, uploads } from "./arbitraries.ts";
import { route } from "./parse.ts";

describe("any name that the specification allows", () => {
  it("comes out of its path as it went in", () => {
    fc.assert(
      fc.property(repoNames, tagNames, digests, uploads, (repo, tag, digest, { id, secret }) => {
        expect(route("GET", `/v2/${repo}/manifests/${tag}`)).toEqual({
          kind: "manifest.get",
          repo,
          reference: { kind: "tag", tag },
        });
        expect(route("HEAD", `/v2/${repo}/blobs/${encodeURIComponent(digest)}`)).toEqual({
          kind: "blob.head",
          repo,
          digest,
        });
        expect(route("PATCH", `/v2/${repo}/blobs/uploads/${id}?secret=${secret}`)).toEqual({
          kind: "upload.append",
          repo,
          id,
          secret,
        });
        expect(route("POST", `/v2/${repo}/blobs/uploads/`)).toEqual({ kind: "upload.begin", repo });
        expect(route("GET", `/v2/${repo}/tags/list`)).toEqual({ kind: "tag.list", repo, page: {} });
      }),
    );
  });
});

describe("whatever else a client sends", () => {
  const methods = fc.oneof(fc.constantFrom("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"), fc.string());
  const piece = fc.oneof(
    fc.constantFrom(
      "/",
      "//",
      "..",
      "v2",
      "manifests",
      "blobs",
      "uploads",
      "tags",
      "list",
      "%",
      "%2F",
      "%00",
      "_catalog",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  const paths = fc.array(piece, { maxLength: 9 }).map((pieces) => `/v2/${pieces.join("/")}`);
  const queries = fc
    .array(
      fc.tuple(
        fc.constantFrom(
          "n",
          "last",
          "digest",
          "mount",
          "from",
          "tag",
          "artifactType",
          "digest-algorithm",
          "x",
        ),
        fc.string({ unit: "binary" }),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("&"));

  it("is a route, or is refused in the contract's terms", () => {
    fc.assert(
      fc.property(methods, paths, queries, (method, path, query) => {
        expect(outcomeOf(method, path, query)).toMatch(/^(?:[a-z]+\.[a-z]+|4\d\d)$/);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The kind of the route, or the status of its refusal; anything else that is thrown is a defect. */
function outcomeOf(method: string, path: string, query: string): string {
  try {
    return parseRoute({ method, path, query }).kind;
  } catch (error) {
    if (error instanceof OciError) return String(error.status);
    throw error;
  }
}
