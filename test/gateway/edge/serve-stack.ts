import { apiHostOf } from "../addresses.ts";
import type { StackPlan } from "../template/stack.ts";
import type { Template } from "../template/template.ts";
import { distributionOf } from "./distribution.ts";
import { type EdgeOptions, type EdgeServer, serveEdge } from "./server.ts";

interface Behind {
  readonly template: Template;
  readonly plan: StackPlan;
  /** by the names of their hosts in the template */
  readonly webFunctions: ReadonlyMap<string, { readonly url: string }>;
  /** where the stack's API is served */
  readonly api: string;
}

/** Serves the distribution of a stack, before its API and its Web Functions. Rejects where it has none. */
export async function serveStackEdge(
  { template, plan, webFunctions, api }: Behind,
  options: Omit<EdgeOptions, "distribution" | "places">,
): Promise<EdgeServer> {
  const distribution = distributionOf(template);
  if (distribution === undefined) throw new Error("the stack has no edge: set edge to on");
  const programs = [...webFunctions].map(([domain, { url }]) => [domain, url] as const);
  const places = new Map([[apiHostOf(plan, template.place), api], ...programs]);
  return serveEdge({ ...options, distribution, places });
}
