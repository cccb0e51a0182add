import { Stack } from "aws-cdk-lib/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EDGE_HEADER } from "../../functions/gateway/behind-edge.ts";
import { Edge } from "../../infra/edge.ts";
import { parseTeamSettings } from "../../infra/settings.ts";
import { type AnyPlace, locate } from "../../shared/http/place.ts";
import { parseRoute, type Route } from "../../shared/http/route.ts";
import { OciError } from "../../shared/oci/errors.ts";
import { loadEdgeFunction, type Routed } from "../gateway/edge/edge-function.ts";
import { matchesPattern } from "../gateway/edge/path-pattern.ts";
import { createApp, resourceOf, resourcesOf, synthesize, type Template } from "./support/synth.ts";

interface Behaviour {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly FunctionAssociations?: readonly unknown[];
}
interface Origin {
  readonly Id: string;
  readonly DomainName: unknown;
  readonly CustomOriginConfig: unknown;
  readonly OriginCustomHeaders?: unknown;
}
interface Config extends Readonly<Record<string, unknown>> {
  readonly Origins: readonly Origin[];
  readonly DefaultCacheBehavior: Behaviour;
  readonly CacheBehaviors?: readonly Behaviour[];
}

const NAMES = {
  edgeDomain: "registry.example.com",
  edgeCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1f-2e",
};
const DIGEST = `sha256:${"a".repeat(64)}`;
const SECRET = `secret=${"s".repeat(43)}`;

/** An edge by itself, before an API and a door. */
function synthesizeEdge(
  settings: object = {},
  proof?: string,
): { readonly template: Template; readonly host: string } {
  const app = createApp();
  const stack = new Stack(app, "Edge");
  const { host } = new Edge(stack, "Edge", {
    api: { host: "api.example.com" },
    door: { host: "door.example.com" },
    heads: undefined,
    proof,
    settings: parseTeamSettings("main", settings),
  });
  const template = app.synth().getStackArtifact(stack.artifactId).template as Template;
  return { template, host };
}

const configOf = (template: Template): Config =>
  resourceOf(template, "AWS::CloudFront::Distribution").Properties["DistributionConfig"] as Config;

const { template: edge } = synthesizeEdge();
const config = configOf(edge);
const registry = synthesize();

describe("the edge", () => {
  it("passes everything on as it comes but for Host, caches and compresses nothing, and speaks HTTPS only", () => {
    for (const behaviour of [config.DefaultCacheBehavior, ...(config.CacheBehaviors ?? [])]) {
      expect(behaviour).toMatchObject({
        AllowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        // the managed policies CachingDisabled and AllViewerExceptHostHeader
        CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        OriginRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        Compress: false,
        ViewerProtocolPolicy: "https-only",
      });
    }
  });

  it("keeps no error: what is not there now, or not for one caller, may be there in a second, or for the next", () => {
    const statuses = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504];
    expect(config["CustomErrorResponses"]).toEqual(
      statuses.map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
    );
  });

  it("leads uploads that were begun to the door, and the rest to the API", () => {
    expect(config.DefaultCacheBehavior.TargetOriginId).toBe("api");
    expect(config.CacheBehaviors?.map(({ TargetOriginId }) => TargetOriginId)).toEqual(["door"]);
    expect(config.Origins.map(({ Id, DomainName }) => [Id, DomainName])).toEqual([
      ["api", "api.example.com"],
      ["door", "door.example.com"],
    ]);
  });

  it("reaches both by TLS 1.2, and waits for their answers longer than they take", () => {
    expect(config.Origins.map(({ CustomOriginConfig }) => CustomOriginConfig)).toEqual([
      { OriginProtocolPolicy: "https-only", OriginSSLProtocols: ["TLSv1.2"], OriginReadTimeout: 35 },
      { OriginProtocolPolicy: "https-only", OriginSSLProtocols: ["TLSv1.2"], OriginReadTimeout: 120 },
    ]);
  });

  it("says to both that a request came by it, and proves it to the API alone", () => {
    const shown = (by: Config) => by.Origins.map(({ OriginCustomHeaders }) => OriginCustomHeaders);
    const saying = (HeaderValue: string) => [{ HeaderName: EDGE_HEADER, HeaderValue }];
    const { template } = synthesizeEdge({}, "what-only-both-know");
    expect(shown(configOf(template))).toEqual([saying("what-only-both-know"), saying("1")]);
    expect(shown(config)).toEqual([saying("1"), saying("1")]);
  });

  it("logs nothing: its log in a bucket would hold the secrets of uploads", () => {
    expect(config["Logging"]).toBeUndefined();
  });

  it("has CloudFront's name, or the team's own with its certificate", () => {
    expect(config).not.toHaveProperty("Aliases");
    const { template, host } = synthesizeEdge(NAMES);
    expect(host).toBe("registry.example.com");
    expect(configOf(template)).toMatchObject({
      Aliases: ["registry.example.com"],
      ViewerCertificate: {
        AcmCertificateArn: NAMES.edgeCertificateArn,
        MinimumProtocolVersion: "TLSv1.2_2021",
        SslSupportMethod: "sni-only",
      },
    });
  });

  it("stands behind the team's web ACL, where it has one", () => {
    const webAclArn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/registry/1f-2e";
    expect(configOf(synthesizeEdge({ webAclArn }).template)).toMatchObject({ WebACLId: webAclArn });
    expect(config["WebACLId"]).toBeUndefined();
  });

  it("makes nothing that has to be in a certain region", () => {
    const types = Object.values(edge.Resources).map(({ Type }) => Type);
    expect(types.toSorted()).toEqual(["AWS::CloudFront::Distribution", "AWS::CloudFront::Function"]);
  });
});

describe("the edge of a registry", () => {
  const outputs = (template: Template) => template.Outputs;
  const domain = { "Fn::GetAtt": [expect.stringMatching(/^EdgeDistribution/), "DomainName"] };

  it("is where the registry is, while the API keeps its own address", () => {
    expect(outputs(registry)["RegistryHost"]?.Value).toEqual(domain);
    expect(outputs(registry)["RegistryUrl"]?.Value).toEqual({ "Fn::Join": ["", ["https://", domain]] });
    expect(JSON.stringify(outputs(registry)["ApiUrl"]?.Value)).toContain(".execute-api.");
    expect(outputs(registry)).not.toHaveProperty("EdgeTarget");
  });

  it("is told under the team's own domain, with what its DNS record points at", () => {
    const named = outputs(synthesize({ settings: NAMES }));
    expect(named["RegistryHost"]?.Value).toBe("registry.example.com");
    expect(named["EdgeTarget"]?.Value).toEqual(domain);
  });

  it("is not there when it is off", () => {
    const without = synthesize({ settings: { edge: "off" } });
    expect(resourcesOf(without, "AWS::CloudFront::Distribution")).toEqual([]);
    expect(outputs(without)["RegistryUrl"]?.Value).toEqual(outputs(without)["ApiUrl"]?.Value);
  });
});

describe("which origin a request goes to", () => {
  const { FunctionConfig, FunctionCode } = resourceOf(edge, "AWS::CloudFront::Function").Properties;
  const route = loadEdgeFunction(
    String(FunctionCode),
    config.Origins.map(({ Id }) => Id),
  );
  const [uploads] = config.CacheBehaviors ?? [];
  const pattern = uploads?.PathPattern ?? "";

  function routed(method: string, uri: string): Routed {
    const headers = {
      host: { value: "r" },
      authorization: { value: "Basic c2VjcmV0" },
      "x-other": { value: "1" },
    };
    const cookies = { session: { value: "secret" } };
    const request = { method, uri, querystring: {}, headers, cookies };
    if (!matchesPattern(pattern, uri)) return { kind: "passed", request, origin: "api" };
    const result = route(request);
    if (result.kind === "answered") throw new Error("this function answers nothing");
    return { ...result, origin: result.origin ?? "door" };
  }
  const originFor = (method: string, uri: string): string | undefined => routed(method, uri).origin;

  it("is decided by a function that CloudFront runs on what matches the pattern, and on nothing else", () => {
    expect(FunctionConfig).toMatchObject({ Runtime: "cloudfront-js-2.0" });
    expect(uploads?.FunctionAssociations).toEqual([
      { EventType: "viewer-request", FunctionARN: { "Fn::GetAtt": [expect.any(String), "FunctionARN"] } },
    ]);
    expect(config.DefaultCacheBehavior.FunctionAssociations).toBeUndefined();
  });

  it.each(["GET", "HEAD", "PATCH", "PUT", "DELETE"])("is the door's for %s of an upload", (method) => {
    for (const name of ["a", "a/b/c/d/e/f/g/h/i", "a/blobs/uploads", "blobs/uploads/blobs/uploads"])
      expect(originFor(method, `/v2/${name}/blobs/uploads/1f-2e`)).toBe("door");
  });

  it("is the API's wherever an upload begins, in repositories named like uploads too", () => {
    for (const name of ["a", "a/blobs/uploads", "blobs/uploads", "blobs/uploads/blobs/uploads"]) {
      expect(originFor("POST", `/v2/${name}/blobs/uploads/`)).toBe("api");
      expect(originFor("POST", `/v2/${name}/blobs/uploads`)).toBe("api");
    }
  });

  it("is the API's for all else in repositories named like uploads", () => {
    const tails = ["manifests/latest", `blobs/${DIGEST}`, "tags/list", `referrers/${DIGEST}`];
    for (const tail of tails)
      for (const method of ["GET", "HEAD", "PUT", "DELETE"])
        expect(originFor(method, `/v2/a/blobs/uploads/b/${tail}`)).toBe("api");
  });

  it("sees no credential go to the door, and takes nothing from the API", () => {
    const { request } = routed("PATCH", "/v2/a/blobs/uploads/1f-2e");
    expect(request.headers).toEqual({ host: { value: "r" }, "x-other": { value: "1" } });
    expect(request.cookies).toEqual({});
    const { request: toApi } = routed("GET", "/v2/a/blobs/uploads/manifests/latest");
    expect(toApi.headers).toMatchObject({ authorization: {}, "x-berth-host": { value: "r" } });
    expect(toApi.cookies).toHaveProperty("session");
  });

  it("is the door's exactly where the core sees a running upload, whatever the path is made of", () => {
    const words = [
      "a",
      "b2",
      "blobs",
      "uploads",
      "blobs/uploads",
      "manifests",
      "tags",
      "list",
      "",
      "%2e",
      "%",
    ];
    const name = fc.array(fc.constantFrom(...words), { maxLength: 6 });
    const tails = ["manifests/latest", `blobs/${DIGEST}`, "blobs/uploads", "blobs/uploads/", "uploads/1f-2e"];
    const tail = fc.constantFrom("", "tags/list", "blobs/uploads/1f-2e", "blobs/uploads/1f%2D2e", ...tails);
    const path = fc.tuple(name, tail).map(([components, end]) => `/v2/${[...components, end].join("/")}`);
    const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(method, path, (how, uri) => {
        const origin = originFor(how, uri);
        const isRunning = placeOf(uri)?.on === "upload" && how !== "POST" && how !== "OPTIONS";
        const kind = kindOf(how, uri);
        seen.set(`${origin} ${kind}`, (seen.get(`${origin} ${kind}`) ?? 0) + 1);
        expect([how, uri, origin]).toEqual([how, uri, isRunning ? "door" : "api"]);
        return kind === undefined || origin === (RUNNING.has(kind) ? "door" : "api");
      }),
      { numRuns: 5000 },
    );
    // The words meet often enough for the property to speak of every way.
    const kinds = ["door upload.append", "door upload.commit", "door upload.status", "api upload.begin"];
    expect([...seen.keys()]).toEqual(expect.arrayContaining([...kinds, "api manifest.get", "api blob.get"]));
  });

  it("is the API's for an upload whose path hides its slashes from the pattern: it serves it as far as it fits", () => {
    expect(originFor("PATCH", "/v2/a/blobs%2Fuploads/1f-2e")).toBe("api");
    expect(originFor("PATCH", "/v2/a%2Fb/blobs/uploads/1f-2e")).toBe("door");
  });
});

const RUNNING: ReadonlySet<Route["kind"]> = new Set([
  "upload.append",
  "upload.commit",
  "upload.status",
  "upload.cancel",
]);

const orUndefined = <Value>(parse: () => Value): Value | undefined => {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof OciError) return undefined;
    throw cause;
  }
};
const placeOf = (path: string): AnyPlace | undefined => orUndefined(() => locate(path));
/** What the core makes of the request; undefined where it refuses it. */
const kindOf = (method: string, path: string): Route["kind"] | undefined =>
  orUndefined(() => parseRoute({ method, path, query: queryOf(path) }).kind);
const queryOf = (path: string): string => (path.includes("/uploads/") ? `${SECRET}&digest=${DIGEST}` : "");
