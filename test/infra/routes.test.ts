import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApiFunction } from "../../infra/functions.ts";
import { DEPTHS, ROUTES } from "../../infra/routes.ts";
import { parseRoute, type Route } from "../../shared/http/route.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { matchRoute, type RouteRules, routeTable } from "../gateway/http-api/route-table.ts";

/** What each function answers (its families in functions/); every one answers what is no endpoint, or has no such method. */
const SERVES: Readonly<Record<ApiFunction, (kind: Route["kind"]) => boolean>> = {
  base: (kind) => kind === "base.get",
  manifests: (kind) => kind === "manifest.get",
  blobs: (kind) => kind === "blob.get" || kind === "blob.head",
  tags: (kind) => kind === "tag.list" || kind === "catalog.list",
  referrers: (kind) => kind === "referrer.list",
  uploads: (kind) => kind.startsWith("upload."),
  push: (kind) => ["manifest.put", "manifest.delete", "blob.delete"].includes(kind),
  deep: () => true,
};

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const DIGEST = `sha256:${"a".repeat(64)}`;
const SECRET = `secret=${"s".repeat(43)}`;
const UPLOADS = ["/blobs/uploads", "/blobs/uploads/", "/blobs/uploads/1f-2e"];
/** The guide does not say what a path that ends in a slash matches: whatever it is, every request is answered. */
const EVERY_RULE: readonly RouteRules[] = (["strict", "ignored"] as const).flatMap((trailingSlash) =>
  (["match", "miss"] as const).map((emptyGreedy) => ({ trailingSlash, emptyGreedy })),
);

const table = routeTable(new Map(ROUTES.map(({ key, function: target }) => [key, target])));

function functionFor(method: string, path: string, rules: RouteRules): ApiFunction {
  const match = matchRoute(table, { method, path }, rules);
  if (!match) throw new Error(`no route matches ${method} ${path}`);
  return match.route.target;
}
const functionsFor = (method: string, path: string): readonly ApiFunction[] => [
  ...new Set(EVERY_RULE.map((rules) => functionFor(method, path, rules))),
];

/** What the core makes of the request; undefined where it is no endpoint, has no such method, or a name that is none. */
function kindOf(method: string, path: string): Route["kind"] | undefined {
  const query = method === "PUT" ? `${SECRET}&digest=${DIGEST}` : SECRET;
  try {
    return parseRoute({ method, path, query: path.includes("/uploads/") ? query : "" }).kind;
  } catch (cause) {
    if (cause instanceof OciError) return undefined;
    throw cause;
  }
}

const nameOf = (depth: number): string => Array.from({ length: depth }, (_, index) => `r${index}`).join("/");

describe("the routes as API Gateway takes them", () => {
  it("are fewer than an API takes, each with its own key, shape and id", () => {
    const shapes = ROUTES.map(({ key }) => key.replaceAll(/\{[a-z]+(\+?)\}/g, "{$1}"));
    expect(ROUTES.length).toBeLessThanOrEqual(300);
    expect(new Set(shapes).size).toBe(ROUTES.length);
    expect(new Set(ROUTES.map(({ id }) => id)).size).toBe(ROUTES.length);
  });

  it("end in no slash, and have a greedy variable at their end only", () => {
    for (const { key } of ROUTES) {
      expect(key).not.toMatch(/\/$/);
      expect(key).not.toMatch(/\+\}./);
    }
  });

  it("name the variable at one place always the same", () => {
    const repositories = ROUTES.filter(({ id }) => /-\d$/.test(id)).map(({ key }) => key.split(" ")[1] ?? "");
    for (const path of repositories)
      expect("/v2/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/").toContain(/^\/v2\/(?:\{[a-h]\}\/)+/.exec(path)?.[0]);
  });
});

describe("which function receives a request", () => {
  const depths = Array.from({ length: DEPTHS }, (_, index) => index + 1);

  it.each(depths)("is that of the endpoint's family, %i components deep", (depth) => {
    const repo = `/v2/${nameOf(depth)}`;
    expect(functionsFor("GET", `${repo}/manifests/latest`)).toEqual(["manifests"]);
    expect(functionsFor("HEAD", `${repo}/manifests/${DIGEST}`)).toEqual(["manifests"]);
    expect(functionsFor("PUT", `${repo}/manifests/latest`)).toEqual(["push"]);
    expect(functionsFor("DELETE", `${repo}/manifests/latest`)).toEqual(["push"]);
    expect(functionsFor("GET", `${repo}/blobs/${DIGEST}`)).toEqual(["blobs"]);
    expect(functionsFor("HEAD", `${repo}/blobs/${DIGEST}`)).toEqual(["blobs"]);
    expect(functionsFor("DELETE", `${repo}/blobs/${DIGEST}`)).toEqual(["push"]);
    expect(functionsFor("GET", `${repo}/tags/list`)).toEqual(["tags"]);
    expect(functionsFor("GET", `${repo}/referrers/${DIGEST}`)).toEqual(["referrers"]);
    expect(functionsFor("POST", `${repo}/blobs/uploads`)).toEqual(["uploads"]);
    for (const method of ["GET", "HEAD", "PATCH", "PUT", "DELETE"]) {
      expect(functionsFor(method, `${repo}/blobs/uploads/1f-2e`)).toEqual(["uploads"]);
    }
  });

  it("is deep beyond the depths that have routes", () => {
    const repo = `/v2/${nameOf(DEPTHS + 1)}`;
    for (const tail of ["manifests/latest", `blobs/${DIGEST}`, "tags/list", "blobs/uploads/1f"]) {
      expect(functionsFor("GET", `${repo}/${tail}`)).toEqual(["deep"]);
    }
    expect(functionsFor("PUT", `${repo}/manifests/latest`)).toEqual(["deep"]);
    expect(functionsFor("POST", `${repo}/blobs/uploads/`)).toContain("deep");
  });

  it("is uploads, or at worst deep, for the slash that clients write when they begin an upload", () => {
    const [first, ...others] = EVERY_RULE;
    expect(first).toEqual({ trailingSlash: "strict", emptyGreedy: "match" });
    for (const rules of [first, ...others]) {
      if (!rules) throw new Error("no rules");
      const expected = rules.trailingSlash === "strict" && rules.emptyGreedy === "miss" ? "deep" : "uploads";
      expect(functionFor("POST", "/v2/app/blobs/uploads/", rules)).toBe(expected);
    }
  });

  it("is base for /v2/ under every rule, and for what is outside", () => {
    for (const path of ["/v2/", "/v2", "/", "/healthz", "/v1/search"]) {
      for (const method of ["GET", "HEAD", "OPTIONS"]) expect(functionsFor(method, path)).toEqual(["base"]);
    }
    expect(functionsFor("GET", "/v2/_catalog")).toEqual(["tags"]);
  });

  it("reads names that hold the words of the API from the right, as the core does", () => {
    expect(functionsFor("GET", "/v2/a/blobs/uploads/x")).toEqual(["uploads"]);
    expect(functionsFor("GET", "/v2/a/blobs/uploads/manifests/latest")).toEqual(["manifests"]);
    expect(functionsFor("GET", `/v2/a/blobs/uploads/blobs/${DIGEST}`)).toEqual(["blobs"]);
    expect(functionsFor("GET", "/v2/manifests/tags/list/tags/list")).toEqual(["tags"]);
    expect(functionsFor("PUT", "/v2/blobs/blobs/uploads/x")).toEqual(["uploads"]);
    expect(functionsFor("POST", "/v2/a/blobs/uploads/b/blobs/uploads")).toEqual(["uploads"]);
  });

  it("serves what is asked, whatever the path is made of", () => {
    const word = fc.constantFrom("a", "b2", "blobs", "uploads", "manifests", "tags", "list", "referrers");
    const oddity = fc.constantFrom("", "_catalog", DIGEST, "A", "%2e");
    const name = fc.array(fc.oneof({ weight: 40, arbitrary: word }, { weight: 1, arbitrary: oddity }), {
      maxLength: 11,
    });
    const tail = fc.constantFrom("", "/", "/manifests/latest", `/blobs/${DIGEST}`, "/tags/list", ...UPLOADS);
    const path = fc.tuple(name, tail).map(([words, end]) => `/v2/${words.join("/")}${end}`);
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom(...METHODS), path, fc.constantFrom(...EVERY_RULE), (method, at, rules) => {
        const kind = kindOf(method, at);
        const target = functionFor(method, at, rules);
        seen.add(`${target} ${kind}`);
        return kind === undefined || SERVES[target](kind);
      }),
      { numRuns: 5000 },
    );
    // The words meet often enough for the property to speak of every family, and of deep names.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        "manifests manifest.get",
        "blobs blob.get",
        "uploads upload.commit",
        "push manifest.put",
        "deep manifest.get",
      ]),
    );
  });
});
