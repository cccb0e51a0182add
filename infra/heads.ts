import { Construct } from "constructs";
import { HEAD_RIGHTS } from "./functions.ts";
import { createWebFunction, type WebParts } from "./web-function.ts";

/** seconds: as the functions behind the API */
const REQUEST_TIME = 29;
/** Each is a read of the table or two, and hardly any work. */
const AT_A_TIME = 64;

/**
 * What answers HEAD by itself, where the API loses the Content-Length that clients want. The edge sends it there: it has
 * an address of its own, and the registry's host has to stay one.
 */
export class Heads extends Construct {
  readonly host: string;

  constructor(scope: Construct, id: string, parts: WebParts) {
    super(scope, id);
    const { host } = createWebFunction(this, parts, {
      bundle: "heads",
      shortName: "heads",
      title: "server of HEAD",
      rights: HEAD_RIGHTS,
      use: "verify",
      timeout: REQUEST_TIME,
      atATime: AT_A_TIME,
      environment: {
        BERTH_REQUESTS_PER_IDENTITY: parts.parameters.requestsPerIdentity,
        BERTH_REQUESTS_PER_NETWORK: parts.parameters.requestsPerNetwork,
      },
      isPublicBecause:
        "The program knows callers as the functions behind the API do, or is as open as they are.",
    });
    this.host = host;
  }
}
