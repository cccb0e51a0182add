import { parseGlob, parseTagGlob } from "../../../shared/access/glob.ts";
import type { Grant, Rights } from "../../../shared/access/rights.ts";

export const grant = (repositories: string, actions: Grant["actions"], tags?: readonly string[]): Grant => ({
  repositories: parseGlob(repositories),
  actions,
  ...(tags && { tags: tags.map(parseTagGlob) }),
});

/** As a policy would make them of such rules: what may be pulled is what the catalog lists. */
export const rights = (grants: readonly Grant[], catalog = false): Rights => ({
  grants,
  searches: grants.filter(({ actions }) => actions.includes("pull")).map(({ repositories }) => repositories),
  catalog,
});
