import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GatewayEvent, requestOf } from "../../functions/gateway/request.ts";
import { parseRoute } from "../../shared/http/route.ts";
import { collect } from "../support/bodies.ts";
import { digests, repoNames, tagNames } from "../unit/http/arbitraries.ts";
import { PUBLISHED_EVENT } from "./support/published-event.ts";

const eventOf = (parts: Partial<GatewayEvent>, method = "GET"): GatewayEvent => ({
  rawPath: "/v2/",
  rawQueryString: "",
  headers: {},
  isBase64Encoded: false,
  requestContext: { http: { method } },
  ...parts,
});
const routeOf = (rawPath: string, rawQueryString = "", method = "GET") =>
  parseRoute(requestOf(eventOf({ rawPath, rawQueryString }, method), ""));

/** Every code unit, so that there are halves of surrogate pairs too. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));

/** Why the path is refused. */
function refusalOf(rawPath: string): unknown {
  try {
    return routeOf(rawPath);
  } catch (error) {
    return (error as { reason?: string }).reason;
  }
}

describe("payload format 2.0: an event as a request", () => {
  it("has the address that the gateway was called from, and the host that the edge was asked by", () => {
    const headers = { host: "api.example", "x-berth-host": "registry.example" };
    const http = { method: "GET", sourceIp: "192.0.2.1" };
    const request = requestOf(eventOf({ headers, requestContext: { http } }), "");
    expect(request.clientAddress).toBe("192.0.2.1");
    expect(request.header("host")).toBe("registry.example");
    expect(requestOf(eventOf({ headers: { host: "api.example" } }), "").header("host")).toBe("api.example");
  });

  it("believes the edge where the client is, and nobody who can't show what the edge shows", () => {
    const at = (shown: string | undefined, edge: string) => {
      const headers = {
        "x-berth-address": "2001:db8::7",
        ...(shown !== undefined && { "x-berth-edge": shown }),
      };
      const http = { method: "GET", sourceIp: "192.0.2.1" };
      return requestOf(eventOf({ headers, requestContext: { http } }), edge).clientAddress;
    };
    expect(at("51af3dc0-da77", "51af3dc0-da77")).toBe("2001:db8::7");
    for (const shown of ["1", "51af3dc0-da7", "51af3dc0-da77-", "", undefined])
      expect(at(shown, "51af3dc0-da77")).toBe("192.0.2.1");
    expect(at("", "")).toBe("192.0.2.1");
    expect(at(undefined, "")).toBe("192.0.2.1");
  });

  it("reads the example that AWS publishes", async () => {
    const request = requestOf(PUBLISHED_EVENT, "");
    expect(request).toMatchObject({
      method: "POST",
      path: "/my/path",
      query: "parameter1=value1&parameter1=value2&parameter2=value",
      size: 17,
    });
    expect(["header1", "header2", "header3"].map(request.header)).toEqual([
      "value1",
      "value1,value2",
      undefined,
    ]);
    expect((await collect(request.body)).toString()).toBe("Hello from Lambda");
  });

  it("has the cookies, which come apart from the other headers", () => {
    expect(requestOf(PUBLISHED_EVENT, "").header("cookie")).toBe("cookie1; cookie2");
    expect(requestOf(eventOf({}), "").header("cookie")).toBeUndefined();
  });

  it("takes a body as isBase64Encoded says", async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128, 0xc3, 0x28]);
    const encoded = requestOf(eventOf({ body: bytes.toString("base64"), isBase64Encoded: true }), "");
    expect([await collect(encoded.body), encoded.size]).toEqual([bytes, bytes.length]);
    const text = requestOf(eventOf({ body: "aGk= ✓", isBase64Encoded: false }), "");
    expect([(await collect(text.body)).toString(), text.size]).toEqual(["aGk= ✓", 8]);
  });

  it("has an empty body where the event has none", async () => {
    const request = requestOf(eventOf({}), "");
    expect([await collect(request.body), request.size]).toEqual([Buffer.alloc(0), 0]);
  });
});

describe("payload format 2.0: rawPath comes decoded", () => {
  it("escapes it again, so that unescaping it once gives what the gateway has seen", () => {
    fc.assert(
      fc.property(anyText, (path) => {
        const { path: escaped } = requestOf(eventOf({ rawPath: `/${path}` }), "");
        expect(escaped).toMatch(/^\/[\x21-\x7e]*$/);
        expect(escaped).not.toMatch(/[?#]/);
        expect(decodeURIComponent(escaped)).toBe(`/${path.toWellFormed()}`);
      }),
    );
  });

  it("leaves every name, tag and digest as it is", () => {
    fc.assert(
      fc.property(repoNames, fc.oneof(tagNames, digests), (repo, reference) => {
        const rawPath = `/v2/${repo}/manifests/${reference}`;
        expect(requestOf(eventOf({ rawPath }), "").path).toBe(rawPath);
        expect(routeOf(rawPath)).toMatchObject({ kind: "manifest.get", repo });
      }),
    );
  });

  it.each([
    ["%2F in the client's path came as a slash", "/v2/a/b/manifests/one", { repo: "a/b" }],
    ["a name of API words", "/v2/blobs/uploads/manifests/list", { repo: "blobs/uploads" }],
  ])("finds the route: %s", (_, rawPath, route) => {
    expect(routeOf(rawPath)).toMatchObject(route);
  });

  it.each([
    ["%252F in the client's path is no slash", "/v2/a%2Fb/manifests/one", "NAME_INVALID"],
    ["%25zz", "/v2/a%zz/manifests/one", "NAME_INVALID"],
    ["%20", "/v2/a b/manifests/one", "NAME_INVALID"],
    ["a plus sign", "/v2/a+b/manifests/one", "NAME_INVALID"],
    ["unicode", "/v2/ä/manifests/one", "NAME_INVALID"],
    ["half a surrogate pair", "/v2/\ud800/manifests/one", "NAME_INVALID"],
    ["%3F in the client's path is no query", "/v2/a/tags/list?n=1", "NOT_FOUND"],
    ["%23 in the client's path is no fragment", "/v2/a/tags/list#", "NOT_FOUND"],
  ])("refuses what is in no name: %s", (_, rawPath, reason) => {
    expect(refusalOf(rawPath)).toBe(reason);
  });
});

describe("payload format 2.0: the query", () => {
  it("is rawQueryString: each of several tags, and a comma that is no separator", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const route = routeOf(`/v2/a/manifests/${digest}`, "tag=a&tag=b", "PUT");
    expect(route).toMatchObject({ kind: "manifest.put", tags: ["a", "b"] });
  });

  it("keeps its escapes, and a plus sign that stands for itself", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    expect(routeOf(`/v2/a/referrers/${digest}`, "artifactType=application%2Fvnd.example+json")).toMatchObject(
      { artifactType: "application/vnd.example+json" },
    );
  });
});
