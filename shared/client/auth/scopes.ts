/** Docker's scopes: what a token is asked for, as resource (`repository:a/b`) and actions. */
export type Scopes = ReadonlyMap<string, ReadonlySet<string>>;

const NAMED =
  /^\/v2\/(.+)\/(?:manifests\/[^/]+|blobs\/uploads(?:\/[^/]*)?|blobs\/[^/]+|tags\/list|referrers\/[^/]+)$/;

/** What a request needs: the specification has no list of that, every registry asks for these. */
export function scopesOf(method: string, url: URL): Scopes {
  const { pathname, searchParams } = url;
  if (pathname === "/v2/_catalog") return new Map([["registry:catalog", new Set(["*"])]]);
  const name = NAMED.exec(pathname)?.[1];
  if (name === undefined) return new Map();
  const scopes = new Map([[`repository:${name}`, new Set(actionsOf(method, pathname))]]);
  const from = searchParams.get("from");
  if (method === "POST" && from !== null && from !== name)
    scopes.set(`repository:${from}`, new Set(["pull"]));
  return scopes;
}

function actionsOf(method: string, pathname: string): readonly string[] {
  // Who looks where an upload stands pushes, and has that token already.
  const isUpload = pathname.includes("/blobs/uploads/");
  if ((method === "GET" || method === "HEAD") && !isUpload) return ["pull"];
  return method === "DELETE" ? ["delete", "pull"] : ["pull", "push"];
}

/** Scopes as a challenge has them: several with spaces between them. */
export function parseScopes(text: string): Scopes {
  const scopes = new Map<string, ReadonlySet<string>>();
  for (const scope of text.split(" ").filter((one) => one !== "")) {
    const end = scope.lastIndexOf(":");
    const resource = end < 0 ? scope : scope.slice(0, end);
    const actions = end < 0 ? [] : scope.slice(end + 1).split(",");
    scopes.set(resource, new Set([...(scopes.get(resource) ?? []), ...actions]));
  }
  return scopes;
}

export const union = (one: Scopes, other: Scopes): Scopes =>
  new Map(
    [...one.keys(), ...other.keys()].map((resource) => [
      resource,
      new Set([...(one.get(resource) ?? []), ...(other.get(resource) ?? [])]),
    ]),
  );

/** In one order, so that equal scopes are equal texts. */
export const textsOf = (scopes: Scopes): readonly string[] =>
  [...scopes].map(([resource, actions]) => `${resource}:${[...actions].toSorted().join(",")}`).toSorted();
