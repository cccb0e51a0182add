import { type Headers, json } from "./answers.ts";
import type { Call } from "./call.ts";
import type { HttpAnswer } from "./messages.ts";
import { collect, limitOf, linkTo, MAX_PAGE } from "./pages.ts";
import type { RouteIn } from "./route.ts";

/** Docker's default. */
const CATALOG_PAGE = 100;

/**
 * end-8a, end-8b. Without `n` the page is as large as a page can be: many clients ask for all tags that way and don't
 * look at Link, so nearly every repository fits, and the memory that an answer takes stays bounded (1.3 MB of tags).
 */
export async function answerTags(route: RouteIn<"tag">, { registry, caller }: Call): Promise<HttpAnswer> {
  const { repo, page } = route;
  const limit = limitOf(page, MAX_PAGE);
  const { entries, next } = await collect(
    (most, after) => registry.listTags({ repo, limit: most, ...(after !== undefined && { after }), caller }),
    { limit, last: page.last },
  );
  return json(200, { name: repo, tags: entries }, linkTo(`/v2/${repo}/tags/list`, { next, limit }));
}

/** distribution-spec § Warnings: what clients show, and no more. */
const PARTIAL: Headers = {
  Warning: '299 - "the list is not complete: a token has no room for all that you may pull"',
};

/** Docker's catalog. */
export async function answerCatalog(
  { page }: RouteIn<"catalog">,
  { registry, caller }: Call,
): Promise<HttpAnswer> {
  const limit = limitOf(page, CATALOG_PAGE);
  const { entries, next, isPartial } = await collect(
    (most, after) => registry.listRepos({ limit: most, ...(after !== undefined && { after }), caller }),
    { limit, last: page.last },
  );
  const headers: Headers = { ...linkTo("/v2/_catalog", { next, limit }), ...(isPartial && PARTIAL) };
  return json(200, { repositories: entries }, headers);
}
