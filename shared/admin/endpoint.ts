import type { Access } from "../access/access.ts";
import type { HttpAnswer, HttpRequest } from "../http/messages.ts";

/** What an answer is made from. */
export interface AdminCall {
  readonly request: HttpRequest;
  readonly access: Access;
  /** what stands in the path for `:name`, `:id`; not yet checked */
  readonly params: Readonly<Record<string, string>>;
  /** Tells the audit whom else it is about, beside what the path says; never a secret. */
  readonly isAbout: (facts: Readonly<Record<string, string>>) => void;
}

/** One thing that the administration does. */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** below the root: `people/:name` */
  readonly path: string;
  /** to be logged in, or the right to administer */
  readonly needs: "login" | "administration";
  readonly answer: (call: AdminCall) => Promise<HttpAnswer>;
}

/** One that takes the right to administer. */
export const administered = (
  method: Endpoint["method"],
  path: string,
  answer: Endpoint["answer"],
): Endpoint => ({ method, path, needs: "administration", answer });

export const ROOT = "/v2/_berth/";

export type Match =
  | { readonly kind: "found"; readonly endpoint: Endpoint; readonly params: AdminCall["params"] }
  | { readonly kind: "wrong-method"; readonly allow: readonly string[] }
  | { readonly kind: "nowhere" };

/** Finds the endpoint of a path below the root; HEAD is GET. */
export function match(endpoints: readonly Endpoint[], method: string, path: string): Match {
  const parts = path.split("/");
  const there = endpoints.flatMap((endpoint) => {
    const params = paramsOf(endpoint.path.split("/"), parts);
    return params ? [{ kind: "found", endpoint, params } as const] : [];
  });
  if (there.length === 0) return { kind: "nowhere" };
  const sought = method === "HEAD" ? "GET" : method;
  const found = there.find(({ endpoint }) => endpoint.method === sought);
  if (found) return found;
  const methods = there.map(({ endpoint }) => endpoint.method);
  return { kind: "wrong-method", allow: methods.includes("GET") ? [...methods, "HEAD"] : methods };
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): AdminCall["params"] | undefined {
  if (pattern.length !== parts.length) return undefined;
  const pairs = pattern.map((piece, at) => [piece, parts[at] ?? ""] as const);
  const fits = pairs.every(([piece, part]) => (piece.startsWith(":") ? part !== "" : piece === part));
  if (!fits) return undefined;
  const named = pairs.filter(([piece]) => piece.startsWith(":"));
  return Object.fromEntries(named.map(([piece, part]) => [piece.slice(1), part]));
}
