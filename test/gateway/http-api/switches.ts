import type { RouteRules } from "./route-table.ts";

/**
 * What AWS's documents do not settle for HTTP APIs, as switches: every plausible behaviour can be played. The first of
 * each list is what is taken for the likeliest.
 */
export const SWITCHES = {
  headLength: {
    text: "Content-Length of an answer to HEAD: as the function said, computed from the body that it returned, none, or remapped to x-amzn-remapped-content-length beside the computed one",
    choices: ["function", "body", "none", "remap"],
  },
  wwwAuthenticate: {
    text: "WWW-Authenticate of an answer: passed on, or renamed to x-amzn-remapped-www-authenticate",
    choices: ["pass", "remap"],
  },
  chunked: {
    text: "a request body without Content-Length: accepted, or refused with 411 or 501",
    choices: ["accept", "411", "501"],
  },
  trailingSlash: {
    text: "does /v2/ match a route /v2?",
    choices: ["strict", "ignored"],
  },
  emptyGreedy: {
    text: "does /v2/ match a route /v2/{proxy+}?",
    choices: ["match", "miss"],
  },
} as const;

export type Switches = RouteRules & {
  readonly [Name in keyof typeof SWITCHES]: (typeof SWITCHES)[Name]["choices"][number];
};

export const LIKELIEST: Switches = {
  headLength: "function",
  wwwAuthenticate: "pass",
  chunked: "accept",
  trailingSlash: "strict",
  emptyGreedy: "match",
};
