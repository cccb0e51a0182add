import { beforeAll } from "vitest";
import { checkStores } from "../../aws/support/read-stores.ts";
import { useHome } from "../../support/home.ts";
import { stackUnderTest } from "./stack-under-test.ts";
import { atStores } from "./stand-stores.ts";

/** With base64 and the event around it below the 6 MB of an invocation. */
const LARGEST_BODY = 4_000_000;
/** Each function has several environments, as many as this machine bears. */
const SCALING = { most: 4, idle: 60_000 };
/** a line of the functions' log that tells a defect, or that a store did not serve */
const TROUBLE = /^.*"level":"ERROR".*$/gm;

/**
 * Puts the registries of this file's tests behind the gateway: the synthesized stack, over HTTP, by its API alone, by API
 * and upload door as two hosts, or by its edge.
 */
export function useGateway(by: "api" | "two hosts" | "edge" = "api"): void {
  const stack = stackUnderTest({ scaling: SCALING, door: by === "api" ? "none" : "played" });
  let url = "";
  beforeAll(async () => {
    ({ url } = by === "edge" ? await stack.serveEdge({}) : stack.client);
  });
  useHome({
    largestBody: LARGEST_BODY,
    ...(by === "two hosts" && { uploadsElsewhere: true }),
    slowness: 2,
    start: async (defects) => ({
      url,
      check: () => atStores(stack.stand, checkStores),
      stop: async () => {
        for (const [line] of stack.log().matchAll(TROUBLE)) defects.log.error(line);
      },
    }),
  });
}
