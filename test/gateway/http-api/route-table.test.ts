import { describe, expect, it } from "vitest";
import { matchRoute, parseRouteKey, type RouteRules, routeTable } from "./route-table.ts";

const RULES: RouteRules = { trailingSlash: "strict", emptyGreedy: "match" };

function match(keys: readonly string[], method: string, path: string, rules = RULES) {
  const routes = routeTable(new Map(keys.map((key) => [key, key])));
  const found = matchRoute(routes, { method, path }, rules);
  return found && { key: found.route.text, parameters: found.pathParameters };
}
const keyFor = (keys: readonly string[], method: string, path: string) => match(keys, method, path)?.key;

describe("Developer Guide: Create routes for HTTP APIs", () => {
  const PETS = ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"];

  it("selects the route with the most specific match, as its example does", () => {
    expect(keyFor(PETS, "GET", "/pets/dog/1")).toBe("GET /pets/dog/1");
    expect(keyFor(PETS, "GET", "/pets/dog/2")).toBe("GET /pets/dog/{id}");
    expect(keyFor(PETS, "GET", "/pets/cat/1")).toBe("GET /pets/{proxy+}");
    expect(keyFor(PETS, "POST", "/test/5")).toBe("ANY /{proxy+}");
  });

  it("takes a full match before a greedy one, whatever the order in the template", () => {
    expect(keyFor(["GET /v2/{a}/{rest+}", "GET /v2/{a}/tags/list"], "GET", "/v2/x/tags/list")).toBe(
      "GET /v2/{a}/tags/list",
    );
  });

  it("takes the longer greedy route before the shorter", () => {
    const keys = ["POST /v2/{a}/{rest+}", "POST /v2/{a}/blobs/uploads/{rest+}"];
    expect(keyFor(keys, "POST", "/v2/x/blobs/uploads/")).toBe("POST /v2/{a}/blobs/uploads/{rest+}");
  });

  it("takes the method's own route before ANY, and ANY for all others", () => {
    const keys = ["ANY /a", "GET /a"];
    expect(keyFor(keys, "GET", "/a")).toBe("GET /a");
    expect(keyFor(keys, "PATCH", "/a")).toBe("ANY /a");
  });

  it("does not take a route of GET for HEAD", () => {
    expect(keyFor(["GET /a"], "HEAD", "/a")).toBeUndefined();
    expect(keyFor(["GET /a", "$default"], "HEAD", "/a")).toBe("$default");
  });

  it("gives the values of path variables decoded, bounded by slashes that were not escaped", () => {
    const keys = ["GET /v2/{a}/manifests/{reference}"];
    expect(match(keys, "GET", "/v2/a%2Fb/manifests/sha256%3Aff")?.parameters).toEqual({
      a: "a/b",
      reference: "sha256:ff",
    });
  });

  it("gives no path parameters for $default", () => {
    expect(match(["$default"], "GET", "/x")).toEqual({ key: "$default", parameters: undefined });
  });

  it("does not match a variable with nothing", () => {
    expect(keyFor(["GET /v2/{a}/tags/list"], "GET", "/v2//tags/list")).toBeUndefined();
  });
});

describe("what the guide leaves open", () => {
  it("plays both ways to take a slash at the end", () => {
    expect(match(["GET /v2"], "GET", "/v2/")).toBeUndefined();
    expect(match(["GET /v2"], "GET", "/v2/", { ...RULES, trailingSlash: "ignored" })?.key).toBe("GET /v2");
  });

  it("plays both ways to take a greedy variable with nothing to match", () => {
    expect(match(["GET /v2/{rest+}"], "GET", "/v2/")?.parameters).toEqual({ rest: "" });
    const miss: RouteRules = { ...RULES, emptyGreedy: "miss" };
    expect(match(["GET /v2/{rest+}"], "GET", "/v2/", miss)).toBeUndefined();
    expect(match(["GET /v2/{rest+}"], "GET", "/v2/a", miss)?.key).toBe("GET /v2/{rest+}");
  });
});

describe("what a deployment refuses", () => {
  it.each([
    ["GET /v2/{name+}/tags/list", "must be at the end"],
    ["GET /v2/", "must not end with /"],
    ["FETCH /v2", "no method"],
    ["GET v2", "begins with /"],
  ])("refuses %s", (key, why) => {
    expect(() => parseRouteKey(key)).toThrow(why);
  });

  it("refuses more routes than an API takes", () => {
    const keys = Array.from({ length: 301 }, (_, index) => [`GET /${index}`, 0] as const);
    expect(() => routeTable(new Map(keys))).toThrow("301 routes");
  });
});
