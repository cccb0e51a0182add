import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type Distribution, distributionOf } from "../edge/distribution.ts";
import { serveEdge } from "../edge/server.ts";
import { fixtureTemplate } from "./fixture.ts";

const POLICIES = {
  CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  OriginRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
};
const ALL = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"];
const FUNCTION = `import cf from "cloudfront";
function handler(event) {
  if (event.request.uri.endsWith("/not-here")) cf.selectRequestOriginById("main");
  else { delete event.request.headers.authorization; event.request.cookies = {}; }
  return event.request;
}
`;

const origin = (Id: string, headers: Readonly<Record<string, string>>) => ({
  Id,
  DomainName: `${Id}.example.com`,
  CustomOriginConfig: { OriginProtocolPolicy: "https-only", OriginReadTimeout: 1 },
  OriginCustomHeaders: Object.entries(headers).map(([HeaderName, HeaderValue]) => ({
    HeaderName,
    HeaderValue,
  })),
});

/** A distribution with a second origin for `/side/…`, unless its function says otherwise. */
export function distributionFixture(changes: object = {}, more: object = {}): Distribution {
  const FunctionARN = { "Fn::GetAtt": ["Route", "FunctionARN"] };
  const DistributionConfig = {
    Origins: [origin("main", { "X-By": "edge" }), origin("side", {})],
    DefaultCacheBehavior: { ...POLICIES, TargetOriginId: "main", AllowedMethods: ALL },
    CacheBehaviors: [
      {
        ...POLICIES,
        PathPattern: "/side/?*",
        TargetOriginId: "side",
        AllowedMethods: ALL,
        FunctionAssociations: [{ EventType: "viewer-request", FunctionARN }],
        ...changes,
      },
    ],
    ...more,
  };
  const Route = {
    Type: "AWS::CloudFront::Function",
    Properties: { FunctionCode: FUNCTION, FunctionConfig: { Runtime: "cloudfront-js-2.0" } },
  };
  const Distribution = { Type: "AWS::CloudFront::Distribution", Properties: { DistributionConfig } };
  const read = distributionOf(fixtureTemplate({}, { Distribution, Route }));
  if (read === undefined) throw new Error("the template has no distribution");
  return read;
}

type Answering = (message: IncomingMessage, response: ServerResponse) => void;

/** An edge before two origins that answer so; resolves with its port. */
export async function edgeBefore(
  main: Answering,
  side: Answering = main,
  distribution = distributionFixture(),
): Promise<number> {
  const places = new Map<string, string>();
  for (const [name, answer] of Object.entries({ main, side })) {
    const server = createServer({ maxHeaderSize: 100_000 }, answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    places.set(`${name}.example.com`, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  const log = (line: string): never => {
    throw new Error(line);
  };
  const edge = await serveEdge({
    distribution,
    places,
    host: "127.0.0.1",
    port: 0,
    log,
  });
  onTestFinished(() => edge.stop());
  return Number(new URL(edge.url).port);
}

export interface Seen {
  readonly at: string;
  /** asked for by its own name */
  readonly isOwn: boolean;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
}
/** Answers what it was asked. */
export const telling =
  (at: string): Answering =>
  ({ method, url, headers, socket }, response) => {
    const isOwn = headers.host === `127.0.0.1:${socket.localPort}`;
    response.end(JSON.stringify({ at, method, url, headers, isOwn } satisfies Seen));
  };

export async function seen(port: number, path: string, init: RequestInit = {}): Promise<Seen> {
  return (await (await fetch(`http://127.0.0.1:${port}${path}`, init)).json()) as Seen;
}
