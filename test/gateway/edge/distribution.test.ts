import { describe, expect, it } from "vitest";
import { distributionFixture } from "../support/edge.ts";
import { matchesPattern } from "./path-pattern.ts";
import { serveEdge } from "./server.ts";

describe("a behaviour's pattern", () => {
  it.each([
    ["/v2/*/x/?*", "/v2/a/b/x/c", true],
    ["/v2/*/x/?*", "/v2/a/x/", false],
    ["/v2/*/x/?*", "/v2/a/x/c/d", true],
    ["/v2/*/x/?*", "/V2/a/x/c", false],
    ["a.b", "/a.b", true],
    ["a.b", "/aXb", false],
    ["*.tar", "/a/b.tar", true],
  ])("%s and %s: %s", (pattern, path, expected) => {
    expect(matchesPattern(pattern, path)).toBe(expected);
  });
});

describe("a distribution that this machine can't play", () => {
  it.each([
    [{ CachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6" }, "it caches"],
    [{ OriginRequestPolicyId: "216adef6-5c7f-47e4-b989-5492eafa07d3" }, "it passes on something else"],
    [{ LambdaFunctionAssociations: [{}] }, "it has LambdaFunctionAssociations"],
    [{ FunctionAssociations: [{ EventType: "viewer-response", FunctionARN: "x" }] }, "for another event"],
  ])("is refused by name: %j", (changes, why) => {
    expect(() => distributionFixture(changes)).toThrow(why);
  });

  it("is refused where an origin is none of this machine", async () => {
    const options = { distribution: distributionFixture(), host: "127.0.0.1", port: 0, log: () => {} };
    await expect(serveEdge({ ...options, places: new Map() })).rejects.toThrow("main.example.com");
  });
});
