/** The routes of an HTTP API, matched as its Developer Guide says ("Create routes for HTTP APIs"). */

type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string }
  /** `{name+}`: the rest of the path, at least one segment of it */
  | { readonly kind: "greedy"; readonly name: string };

export type RouteKey =
  | { readonly kind: "default" }
  | { readonly kind: "path"; readonly method: string; readonly segments: readonly Segment[] };

export interface Route<Target> {
  /** as the template writes it: `GET /v2/{name}`, or `$default` */
  readonly text: string;
  readonly key: RouteKey;
  readonly target: Target;
}

export interface Match<Target> {
  readonly route: Route<Target>;
  /** decoded; absent for a route without variables */
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

/** Behaviours that the guide leaves open. */
export interface RouteRules {
  /** does `/v2/` match a route `/v2`? */
  readonly trailingSlash: "strict" | "ignored";
  /** does `/v2/` match a route `/v2/{proxy+}`? */
  readonly emptyGreedy: "match" | "miss";
}

const METHODS = new Set(["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
/** An API takes so many routes before someone has to ask for more (HTTP API quotas). */
const MOST_ROUTES = 300;

/** Rejects, as a deployment would, what the service does not take. `targets`: by route key. */
export function routeTable<Target>(targets: ReadonlyMap<string, Target>): readonly Route<Target>[] {
  if (targets.size > MOST_ROUTES) throw new Error(`${targets.size} routes: an API takes ${MOST_ROUTES}`);
  return [...targets].map(([text, target]) => ({ text, key: parseRouteKey(text), target }));
}

export function parseRouteKey(text: string): RouteKey {
  if (text === "$default") return { kind: "default" };
  const [method = "", path = "", ...more] = text.split(" ");
  const fail = (why: string): never => {
    throw new Error(`API Gateway refuses the route '${text}': ${why}`);
  };
  if (!METHODS.has(method)) fail(`'${method}' is no method`);
  if (!path.startsWith("/") || more.length > 0) fail("a path begins with / and has no spaces");
  if (path.length > 1 && path.endsWith("/")) fail("a path must not end with /");
  const segments = splitPath(path).map((segment) => parseSegment(segment));
  if (segments.slice(0, -1).some(({ kind }) => kind === "greedy")) {
    fail("a greedy path variable must be at the end of the path");
  }
  return { kind: "path", method, segments };
}

function parseSegment(text: string): Segment {
  const [, name, greedy] = /^\{([\w.:-]+)(\+?)\}$/.exec(text) ?? [];
  if (name === undefined) return { kind: "literal", text };
  return { kind: greedy === "+" ? "greedy" : "variable", name };
}

const splitPath = (path: string): string[] => (path === "/" ? [] : path.slice(1).split("/"));

/**
 * The route of a request: a full match (literal segments before variables), then a greedy one (the longer before the
 * shorter), then `$default`; a route of the method before one of ANY. `path` as the client escaped it: variables are
 * bounded by the slashes that were not escaped.
 */
export function matchRoute<Target>(
  routes: readonly Route<Target>[],
  { method, path }: { readonly method: string; readonly path: string },
  rules: RouteRules,
): Match<Target> | undefined {
  const wanted = segmentsOf(path, rules);
  const found = routes.filter(({ key }) => isOfMethod(key, method) && fits(key, wanted, rules));
  const [route] = found.toSorted((a, b) => compare(rank(a.key), rank(b.key)));
  return route && { route, pathParameters: parametersOf(route.key, wanted) };
}

function segmentsOf(path: string, { trailingSlash }: RouteRules): readonly string[] {
  const segments = splitPath(path);
  return trailingSlash === "ignored" && segments.at(-1) === "" ? segments.slice(0, -1) : segments;
}

const isOfMethod = (key: RouteKey, method: string): boolean =>
  key.kind === "default" || key.method === method || key.method === "ANY";

function fits(key: RouteKey, wanted: readonly string[], { emptyGreedy }: RouteRules): boolean {
  if (key.kind === "default") return true;
  const { segments } = key;
  const isGreedy = segments.at(-1)?.kind === "greedy";
  const fixed = isGreedy ? segments.slice(0, -1) : segments;
  const rest = wanted.slice(fixed.length);
  if (isGreedy ? isEmpty(rest) && emptyGreedy === "miss" : rest.length > 0) return false;
  if (wanted.length < fixed.length) return false;
  return fixed.every((segment, index) => fitsSegment(segment, wanted[index] ?? ""));
}

const isEmpty = (rest: readonly string[]): boolean => rest.join("") === "";

const fitsSegment = (segment: Segment, text: string): boolean =>
  segment.kind === "literal" ? segment.text === decoded(text) : text !== "";

/** Lower is better, compared position by position. */
function rank(key: RouteKey): readonly number[] {
  if (key.kind === "default") return [2];
  const isGreedy = key.segments.at(-1)?.kind === "greedy";
  const segments = key.segments.map(({ kind }) => ["literal", "variable", "greedy"].indexOf(kind));
  return [isGreedy ? 1 : 0, ...segments, key.method === "ANY" ? 1 : 0];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

function parametersOf(key: RouteKey, wanted: readonly string[]): Match<unknown>["pathParameters"] {
  if (key.kind === "default") return undefined;
  const entries = key.segments.flatMap((segment, index) => {
    if (segment.kind === "literal") return [];
    const text = segment.kind === "greedy" ? wanted.slice(index).join("/") : (wanted[index] ?? "");
    return [[segment.name, decoded(text)] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Escapes that are none stay as they are. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
