import { json } from "../http/answers.ts";
import type { HttpAnswer, HttpRequest } from "../http/messages.ts";
import { collect, limitOf, linkTo } from "../http/pages.ts";
import { parsePage, parseQuery } from "../http/query.ts";
import type { Listed } from "../registry/registry.ts";

const PAGE = 100;
const MOST = 1000;

interface ListAnswer<Entry> {
  /** under which name the answer has the list */
  readonly field: string;
  readonly path: string;
  /** what else the request asked for, escaped, with a & after it */
  readonly query?: string;
  readonly read: (page: { readonly limit: number; readonly after?: string }) => Promise<Listed<Entry>>;
  readonly show: (entry: Entry) => unknown;
}

/** A page of a list, with a Link to the next one: as the registry's own lists. */
export async function answerList<Entry>(
  request: HttpRequest,
  { field, path, query = "", read, show }: ListAnswer<Entry>,
): Promise<HttpAnswer> {
  const page = parsePage(parseQuery(request.query));
  const limit = Math.min(limitOf(page, PAGE), MOST);
  const { entries, next } = await collect(
    (most, after) => read({ limit: most, ...(after !== undefined && { after }) }),
    { limit, last: page.last },
  );
  return json(200, { [field]: entries.map(show) }, linkTo(path, { next, limit, query }));
}
