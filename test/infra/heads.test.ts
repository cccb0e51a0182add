import { describe, expect, it } from "vitest";
import { readSettings } from "../../functions/settings.ts";
import { loadEdgeFunction } from "../gateway/edge/edge-function.ts";
import { matchesPattern } from "../gateway/edge/path-pattern.ts";
import { resourceOf, resourcesOf, synthesize } from "./support/synth.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const settings = { heads: "web-function" };
const template = synthesize({ settings, deployment: { open: true } });

interface Config {
  readonly Origins: readonly { readonly Id: string; readonly DomainName: unknown }[];
  readonly CacheBehaviors: readonly { readonly PathPattern: string; readonly TargetOriginId: string }[];
}
const { Origins, CacheBehaviors } = resourceOf(template, "AWS::CloudFront::Distribution").Properties[
  "DistributionConfig"
] as Config;
const ids = Origins.map(({ Id }) => Id);
const [uploads] = CacheBehaviors;
/** By what they say of themselves. */
const functions = new Map(
  resourcesOf(template, "AWS::CloudFront::Function").map(({ Properties }) => {
    const { Comment } = Properties["FunctionConfig"] as { readonly Comment: string };
    return [Comment.includes("API would") ? "heads" : "uploads", String(Properties["FunctionCode"])];
  }),
);
const run = (name: string) => loadEdgeFunction(functions.get(name) ?? "", ids);

function originFor(method: string, uri: string): string {
  const isUpload = matchesPattern(uploads?.PathPattern ?? "", uri);
  const route = run(isUpload ? "uploads" : "heads");
  const result = route({ method, uri, querystring: {}, headers: { host: { value: "r" } }, cookies: {} });
  if (result.kind === "answered") throw new Error("these functions answer nothing");
  return result.origin ?? (isUpload ? "door" : "api");
}

describe('heads: "web-function"', () => {
  it("makes a program of its own, with the rights of who serves manifests", () => {
    const revisions = resourcesOf(template, "AWS::Lambda::WebFunctionRevision");
    const heads = revisions.find(({ Properties }) => String(Properties["Description"]).includes("HEAD"));
    expect(heads?.Properties).toMatchObject({
      ServiceConfig: { TimeoutSeconds: 29, MaxConcurrencyPerEnvironment: 64 },
    });
    const { EnvironmentVariables: variables = {} } = (heads?.Properties["ServiceConfig"] ?? {}) as {
      readonly EnvironmentVariables?: Readonly<Record<string, string>>;
    };
    expect(readSettings({ BERTH_TEAM: variables["BERTH_TEAM"] }, ["team"])).toEqual({
      team: "main",
    });
    expect(Object.keys(variables).toSorted()).toEqual([
      "BERTH_BUCKET",
      "BERTH_LOG_LEVEL",
      "BERTH_REQUESTS_PER_IDENTITY",
      "BERTH_REQUESTS_PER_NETWORK",
      "BERTH_TABLE",
      "BERTH_TEAM",
      "BERTH_TOKEN_KEYS",
    ]);
  });

  it.each([
    "/v2/",
    "/v2/a/manifests/latest",
    `/v2/a/b/c/blobs/${DIGEST}`,
    "/v2/a/tags/list",
    "/v2/a/blobs/uploads/manifests/latest",
    `/v2/blobs/uploads/blobs/uploads/blobs/${DIGEST}`,
  ])("leads HEAD there, and all else to the API: %s", (uri) => {
    expect(originFor("HEAD", uri)).toBe("heads");
    for (const method of ["GET", "PUT", "POST", "PATCH", "DELETE"])
      expect(originFor(method, uri)).toBe("api");
  });

  it("leaves uploads with the door", () => {
    for (const method of ["GET", "HEAD", "PATCH", "PUT", "DELETE"])
      expect(originFor(method, "/v2/a/blobs/uploads/1f-2e")).toBe("door");
  });

  it("is refused where there is no edge that could choose it", () => {
    expect(() => synthesize({ settings: { ...settings, edge: "off" }, deployment: { open: true } })).toThrow(
      'heads is of no use while edge is "off"',
    );
  });

  it("is refused for a closed registry: it takes signatures, and a program of its own can't look at them", () => {
    expect(() => synthesize({ settings })).toThrow("it takes a policy, or -c open=true");
  });
});

describe('heads: "api"', () => {
  it("leaves nothing of it in the template", () => {
    const without = synthesize({ deployment: { open: true } });
    expect(Object.keys(without.Resources).filter((name) => name.startsWith("Heads"))).toEqual([]);
    expect(resourcesOf(without, "AWS::CloudFront::Function")).toHaveLength(1);
  });
});
