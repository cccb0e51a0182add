import { describe, expect, it } from "vitest";
import { type ApiContext, type ApiRequest, eventOf } from "./event.ts";

const CONTEXT: ApiContext = {
  accountId: "123456789012",
  apiId: "api-id",
  routeKey: "$default",
  pathParameters: { parameter1: "value1" },
  stageVariables: { stageVariable1: "value1", stageVariable2: "value2" },
  requestId: "id",
  traceId: "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
  time: 1583348638390,
};

const REQUEST: ApiRequest = {
  method: "POST",
  target: "/my/path?parameter1=value1&parameter1=value2&parameter2=value",
  headers: [
    ["Host", "id.execute-api.us-east-1.amazonaws.com"],
    ["User-Agent", "agent"],
    ["Header1", "value1"],
    ["Header2", "value1"],
    ["header2", "value2"],
    ["Cookie", "cookie1; cookie2"],
    ["Content-Type", "text/plain"],
    ["Content-Length", "17"],
  ],
  body: Buffer.from("Hello from Lambda"),
  sourceIp: "192.0.2.1",
  protocol: "https",
  port: 443,
};

const eventFor = (changes: Partial<ApiRequest>) => eventOf({ ...REQUEST, ...changes }, CONTEXT);

describe("payload format 2.0: Create AWS Lambda proxy integrations for HTTP APIs", () => {
  it("makes the event of AWS's published example", () => {
    const { headers, ...event } = eventOf(REQUEST, CONTEXT);
    expect(event).toEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/my/path",
      rawQueryString: "parameter1=value1&parameter1=value2&parameter2=value",
      cookies: ["cookie1", "cookie2"],
      queryStringParameters: { parameter1: "value1,value2", parameter2: "value" },
      requestContext: {
        accountId: "123456789012",
        apiId: "api-id",
        domainName: "id.execute-api.us-east-1.amazonaws.com",
        domainPrefix: "id",
        http: {
          method: "POST",
          path: "/my/path",
          protocol: "HTTP/1.1",
          sourceIp: "192.0.2.1",
          userAgent: "agent",
        },
        requestId: "id",
        routeKey: "$default",
        stage: "$default",
        // AWS writes 12/Mar beside the same timeEpoch, which is the 4th
        time: "04/Mar/2020:19:03:58 +0000",
        timeEpoch: 1583348638390,
      },
      body: "Hello from Lambda",
      pathParameters: { parameter1: "value1" },
      isBase64Encoded: false,
      stageVariables: { stageVariable1: "value1", stageVariable2: "value2" },
    });
    expect(headers).toMatchObject({ header1: "value1", header2: "value1,value2" });
  });

  it("adds what the service tells of the client, and where it connected to", () => {
    expect(eventFor({}).headers).toMatchObject({
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
      "x-amzn-trace-id": CONTEXT.traceId,
    });
  });

  it("keeps cookies and what belongs to one hop out of the headers", () => {
    const { headers } = eventFor({ headers: [...REQUEST.headers, ["Transfer-Encoding", "chunked"]] });
    expect(Object.keys(headers)).not.toContain("cookie");
    expect(Object.keys(headers)).not.toContain("transfer-encoding");
  });

  it("decodes the path, but not the query string", () => {
    const event = eventFor({ target: "/v2/a%2Fb/blobs/sha256%3Aff?digest=sha256%3Aff" });
    expect(event.rawPath).toBe("/v2/a/b/blobs/sha256:ff");
    expect(event.requestContext.http.path).toBe("/v2/a/b/blobs/sha256:ff");
    expect(event.rawQueryString).toBe("digest=sha256%3Aff");
    expect(event.queryStringParameters).toEqual({ digest: "sha256:ff" });
  });

  it("leaves out what a request does not have", () => {
    const event = eventOf(
      { ...REQUEST, target: "/", headers: [["Host", "h"]], body: Buffer.alloc(0) },
      { ...CONTEXT, pathParameters: undefined, stageVariables: undefined },
    );
    for (const name of ["cookies", "queryStringParameters", "body", "pathParameters", "stageVariables"]) {
      expect(event).not.toHaveProperty(name);
    }
  });
});

describe("the body of an event", () => {
  const bodyOf = (type: string | undefined, bytes: Uint8Array) => {
    const headers = type === undefined ? [] : [["Content-Type", type] as const];
    const { body, isBase64Encoded } = eventFor({ headers, body: bytes });
    return { body, isBase64Encoded };
  };

  it.each(["text/plain; charset=utf-8", "application/json", "application/xml", "application/javascript"])(
    "is text for %s",
    (type) => {
      expect(bodyOf(type, Buffer.from('{"ä":1}'))).toEqual({ body: '{"ä":1}', isBase64Encoded: false });
    },
  );

  it.each([
    "application/octet-stream",
    "application/vnd.oci.image.manifest.v1+json",
    "application/x-www-form-urlencoded",
    undefined,
  ])("is base64 for %s", (type) => {
    expect(bodyOf(type, Buffer.from([0, 255]))).toEqual({ body: "AP8=", isBase64Encoded: true });
  });
});

describe("important notes: HTTP APIs", () => {
  it("adds Content-Type where there is no payload and Content-Length is 0", () => {
    const empty = { body: Buffer.alloc(0), headers: [["Content-Length", "0"]] as const };
    expect(eventFor(empty).headers["content-type"]).toBeDefined();
    expect(eventFor({ ...empty, headers: [] }).headers["content-type"]).toBeUndefined();
  });
});
