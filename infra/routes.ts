import type { ApiFunction, LoginFunction } from "./functions.ts";

type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A route of the HTTP API, and the function that answers what it matches. */
export interface Route<Target = ApiFunction> {
  /** unique, and steady while the API stands: it names the route in the template */
  readonly id: string;
  /** as API Gateway writes it: `GET /v2/{a}/manifests/{reference}`, or `$default` */
  readonly key: string;
  readonly function: Target;
}

/** Repository names of up to so many components have routes of their own; `deep` serves the deeper ones. */
export const DEPTHS = 8;

const COMPONENTS = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

interface Endpoint {
  readonly name: string;
  /** what follows the repository's name */
  readonly tail: string;
  readonly methods: Partial<Record<Method, ApiFunction>>;
}

/** distribution-spec § Endpoints, by the function that answers. No two of one method match the same path. */
const ENDPOINTS: readonly Endpoint[] = [
  {
    name: "manifest",
    tail: "manifests/{reference}",
    methods: { GET: "manifests", HEAD: "manifests", PUT: "push", DELETE: "push" },
  },
  {
    name: "blob",
    tail: "blobs/{digest}",
    methods: { GET: "blobs", HEAD: "blobs", DELETE: "push" },
  },
  { name: "tags", tail: "tags/list", methods: { GET: "tags", HEAD: "tags" } },
  { name: "referrers", tail: "referrers/{digest}", methods: { GET: "referrers", HEAD: "referrers" } },
  {
    name: "upload",
    tail: "blobs/uploads/{upload}",
    methods: { GET: "uploads", HEAD: "uploads", PATCH: "uploads", PUT: "uploads", DELETE: "uploads" },
  },
  { name: "uploads", tail: "blobs/uploads", methods: { POST: "uploads" } },
  // Clients write `blobs/uploads/`, and no route may end in a slash: the greedy variable matches what follows it, nothing.
  { name: "uploads-slash", tail: "blobs/uploads/{rest+}", methods: { POST: "uploads" } },
];

const METHODS: readonly Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/**
 * API Gateway's routes ("Create routes for HTTP APIs"): a full match goes before a greedy one, that before `$default`.
 * The greedy ones want a component before the rest, so that `/v2/` is no match of them, whatever an empty variable
 * matches: it belongs to `base`, which answers without a store. What they do match, `deep` serves all of.
 */
export const ROUTES: readonly Route[] = [
  ...Array.from({ length: DEPTHS }, (_, index) => index + 1).flatMap(routesOfDepth),
  ...(["GET", "HEAD"] as const).map((method) => route("catalog", method, "/v2/_catalog", "tags")),
  ...METHODS.map((method) => route("deep", method, "/v2/{a}/{rest+}", "deep")),
  { id: "default", key: "$default", function: "base" },
];

/** Components of a path of the administration, below `/v2/_berth/` (shared/admin/). */
const ADMINISTRATION_DEPTHS = 4;

/** Where callers are known by tokens. Full matches, so that nothing depends on which of two greedy ones goes first. */
export const LOGIN_ROUTES: readonly Route<LoginFunction>[] = [
  ...(["GET", "POST"] as const).map((method) => route("token", method, "/token", "token")),
  ...Array.from({ length: ADMINISTRATION_DEPTHS }, (_, index) => {
    const rest = COMPONENTS.slice(0, index + 1).map((component) => `{${component}}`);
    return route(`administration-${index + 1}`, "ANY", `/v2/_berth/${rest.join("/")}`, "administration");
  }),
];

function routesOfDepth(depth: number): readonly Route[] {
  const name = COMPONENTS.slice(0, depth).map((component) => `{${component}}`);
  return ENDPOINTS.flatMap(({ name: endpoint, tail, methods }) =>
    Object.entries(methods).map(([method, target]) =>
      route(`${endpoint}-${depth}`, method, `/v2/${name.join("/")}/${tail}`, target),
    ),
  );
}

function route<Target extends string>(
  endpoint: string,
  method: string,
  path: string,
  target: Target,
): Route<Target> {
  return { id: `${method}-${endpoint}`, key: `${method} ${path}`, function: target };
}
