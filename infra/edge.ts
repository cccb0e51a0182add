import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  type DistributionProps,
  FunctionEventType,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, type HttpOriginProps } from "aws-cdk-lib/aws-cloudfront-origins";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { EDGE_HEADER } from "../functions/gateway/behind-edge.ts";
import { acknowledge } from "./acknowledge.ts";
import { createEdgeFunction } from "./edge-function.ts";
import { KEEP_NO_ERROR } from "./kept-errors.ts";
import type { TeamSettings } from "./settings.ts";

/** Something that answers HTTPS under a host of its own. */
interface Origin {
  /** without scheme and path */
  readonly host: string;
}

interface EdgeProps {
  readonly api: Origin;
  /** without one, everything goes to the API */
  readonly door: Origin | undefined;
  /** without one, the API answers HEAD, too */
  readonly heads: Origin | undefined;
  /**
   * What it shows the functions, where callers are known by tokens: to be believed where a client is, and which host it asked.
   * Undefined where nobody asks.
   */
  readonly proof: string | undefined;
  readonly settings: Pick<TeamSettings, "edgeDomain" | "edgeCertificateArn" | "webAclArn">;
}

/** Uploads that were begun; `?` is one character, so `blobs/uploads/`, where they begin, is none. */
const UPLOAD_PATHS = "/v2/*/blobs/uploads/?*";
/** The API answers within 30 s, also where a function does not: its own word is waited for. */
const API_TIMEOUT = Duration.seconds(35);
/** A commit may read a large object again; the most that CloudFront waits for without a raised quota. */
const DOOR_TIMEOUT = Duration.seconds(120);

/** bytes: in base64, with the event around it, what Lambda takes (6 MB) */
const LARGEST_BODY = 4_700_000;

/**
 * It takes the place of what a client sends under this name. The door's Locations need no host then; what only the edge
 * knows, it need not see.
 */
const HERE = { [EDGE_HEADER]: "1" };

const ROUTING = {
  RouteUploads: {
    comment: "Berth: what looks like an upload and is none goes to the API",
    file: "route-uploads.ts",
  },
  AtApi: { comment: "Berth: what the API would answer worse", file: "at-api.ts" },
} as const;

/** One host for API and door: a CloudFront distribution that caches nothing (docs/decisions/0013-edge.md). */
export class Edge extends Construct {
  /** what clients use: the team's own domain, or CloudFront's */
  readonly host: string;
  /** CloudFront's name of it, which the team's own domain has to point at */
  readonly target: string;

  constructor(scope: Construct, id: string, { api, door, heads, proof, settings }: EdgeProps) {
    super(scope, id);
    const shown = proof === undefined ? HERE : { [EDGE_HEADER]: proof };
    const toApi = createOrigin(api, {
      originId: "api",
      readTimeout: API_TIMEOUT,
      customHeaders: shown,
    });
    const filledIn = { HEAD_ORIGIN: heads ? "heads" : "api", LARGEST_BODY: door ? 0 : LARGEST_BODY };
    const distribution = new Distribution(this, "Distribution", {
      comment: "Berth: one host for the API and the upload door",
      defaultBehavior: {
        ...passing(toApi),
        ...((heads || !door || proof !== undefined) && this.#choose("AtApi", filledIn)),
      },
      additionalBehaviors: {
        ...(door && {
          [UPLOAD_PATHS]: {
            ...passing(originOf("door", door, HERE)),
            ...this.#choose("RouteUploads", filledIn),
          },
        }),
        // No path of a registry: so the distribution knows the origin, which the functions choose by its name.
        ...(heads && { "/heads": passing(originOf("heads", heads, shown)) }),
      },
      errorResponses: KEEP_NO_ERROR,
      httpVersion: HttpVersion.HTTP2,
      // Each request goes to the location that is near to who sent it. Pulls cost S3's traffic only, wherever they come from.
      priceClass: PriceClass.PRICE_CLASS_ALL,
      ...this.#names(settings),
      ...(settings.webAclArn !== undefined && { webAclId: settings.webAclArn }),
    });
    acknowledgeFindings(distribution, settings);
    this.target = distribution.distributionDomainName;
    this.host = settings.edgeDomain ?? this.target;
  }

  /** What looks at each request before it goes to the behaviour's origin. */
  #choose(name: keyof typeof ROUTING, filledIn: Readonly<Record<string, string | number>>) {
    return createEdgeFunction(this, name, {
      ...ROUTING[name],
      on: FunctionEventType.VIEWER_REQUEST,
      filledIn,
    });
  }

  #names({ edgeDomain, edgeCertificateArn }: EdgeProps["settings"]): Partial<DistributionProps> {
    if (edgeDomain === undefined || edgeCertificateArn === undefined) return {};
    return {
      domainNames: [edgeDomain],
      certificate: Certificate.fromCertificateArn(this, "Certificate", edgeCertificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }
}

const originOf = (
  originId: "door" | "heads",
  origin: Origin,
  customHeaders: HttpOriginProps["customHeaders"] = {},
): HttpOrigin =>
  createOrigin(origin, {
    originId,
    customHeaders,
    readTimeout: originId === "door" ? DOOR_TIMEOUT : API_TIMEOUT,
  });

const createOrigin = ({ host }: Origin, props: HttpOriginProps): HttpOrigin =>
  new HttpOrigin(host, {
    ...props,
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    originSslProtocols: [OriginSslPolicy.TLS_V1_2],
  });

/** Everything as it comes, but Host: both origins know only their own. A client that speaks HTTP first sends no credential. */
const passing = (origin: HttpOrigin): BehaviorOptions => ({
  origin,
  viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
  allowedMethods: AllowedMethods.ALLOW_ALL,
  cachePolicy: CachePolicy.CACHING_DISABLED,
  originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  compress: false,
});

function acknowledgeFindings(distribution: Distribution, settings: EdgeProps["settings"]): void {
  acknowledge(distribution, {
    "AwsSolutions-CFR1": "A registry is for whoever may use it, wherever they are.",
    "AwsSolutions-CFR3":
      "CloudFront's log in a bucket always holds the query, and an upload's holds its secret; the one with chosen fields can be set up only in us-east-1. API and functions log each request.",
    ...(settings.webAclArn === undefined && {
      "AwsSolutions-CFR2": "A web ACL costs by the month: whoever wants one names it in webAclArn.",
    }),
    ...(settings.edgeCertificateArn === undefined && {
      "AwsSolutions-CFR4":
        "Under CloudFront's own name the least version of TLS can't be chosen; edgeDomain brings TLS 1.2.",
    }),
  });
}
