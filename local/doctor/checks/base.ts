import { type Check, demand, demandStatus, PASSED } from "../check.ts";

/** `/v2/` itself. */
export const BASE_CHECKS: readonly Check[] = [
  {
    id: "base.ping",
    title: "GET /v2/ says that this is a registry",
    cure: "route /v2/, with its slash, to Berth: on AWS the stack's $default route answers it, so deploy the stack again; in front of the embedded registry pass every path that begins with /v2/",
    pushes: false,
    run: async ({ stranger }) => {
      demandStatus(await stranger.send({ method: "GET", target: "/v2/" }), 200, 401);
      return PASSED;
    },
  },
  {
    id: "base.version",
    title: "GET /v2/ carries Docker-Distribution-Api-Version",
    cure: "let the proxy or CDN in front of Berth pass the header Docker-Distribution-Api-Version: some clients of Docker take a server without it for a registry of the first version",
    pushes: false,
    run: async ({ stranger }) => {
      // Where /v2/ is not routed, base.ping says so.
      const slashed = await stranger.send({ method: "GET", target: "/v2/" });
      const answer = slashed.status === 404 ? await stranger.send({ method: "GET", target: "/v2" }) : slashed;
      const version = answer.header("docker-distribution-api-version");
      demand(version === "registry/2.0", `${answer.request} says ${version ?? "nothing"}, not registry/2.0`);
      return PASSED;
    },
  },
  {
    id: "auth.challenge",
    title: "401 comes with a challenge (WWW-Authenticate)",
    cure: "let the proxy or CDN in front of Berth pass the header WWW-Authenticate on a 401: without it no client logs in",
    pushes: false,
    run: async ({ stranger }) => {
      const answer = await stranger.send({ method: "GET", target: "/v2/" });
      if (answer.status !== 401) {
        return { status: "inapplicable", why: "the registry is open: it asks nobody for credentials" };
      }
      const challenge = answer.header("www-authenticate");
      const renamed = answer.header("x-amzn-remapped-www-authenticate");
      demand(
        challenge !== undefined || renamed === undefined,
        "API Gateway renamed WWW-Authenticate to x-amzn-remapped-www-authenticate",
        "map the header back in the integration's response parameters for 401: overwrite:header.www-authenticate from $response.header.x-amzn-remapped-www-authenticate, or put a proxy in front that does",
      );
      demand(challenge !== undefined, `${answer.request} answered 401 without WWW-Authenticate`);
      demand(
        /^(?:bearer|basic) .*realm="[^"]+"/i.test(challenge),
        `WWW-Authenticate names no scheme with a realm in quotes: ${challenge.slice(0, 200)}`,
      );
      return { status: "passed", note: challenge };
    },
  },
];
