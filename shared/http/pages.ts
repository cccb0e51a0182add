import type { Listed } from "../registry/registry.ts";
import type { PageQuery } from "./query.ts";

/** The most entries of one answer; a client that wants more follows the Link. */
export const MAX_PAGE = 10_000;

/** How many entries to list: `n` where the client named one, within bounds. */
export const limitOf = ({ n }: PageQuery, byDefault: number): number => Math.min(n ?? byDefault, MAX_PAGE);

/**
 * Lists on until `limit` entries are there or nothing follows, because a registry may answer with fewer than it was
 * asked for, and clients take that for the end. No entry and no Link where `limit` is 0
 * (distribution-spec § Listing Tags), but still a refusal where there is no such list.
 */
export async function collect<Entry>(
  list: (limit: number, after: string | undefined) => Promise<Listed<Entry>>,
  { limit, last }: { readonly limit: number; readonly last: string | undefined },
): Promise<Listed<Entry>> {
  const first = await list(Math.max(limit, 1), last);
  if (limit === 0) return { entries: [] };
  const entries = [...first.entries];
  const partial = first.isPartial ? { isPartial: first.isPartial } : {};
  let { next } = first;
  for (;;) {
    if (next === undefined) return { entries, ...partial };
    if (entries.length >= limit) return { entries, next, ...partial };
    const page = await list(limit - entries.length, next);
    entries.push(...page.entries);
    next = page.next;
  }
}

/** RFC 8288: where the next page is, as a header; none at the end. `query` is what else the request asked for, escaped. */
export function linkTo(path: string, { next, limit, query = "" }: LinkTo): Readonly<Record<string, string>> {
  if (next === undefined) return {};
  return { Link: `<${path}?${query}n=${limit}&last=${encodeURIComponent(next)}>; rel="next"` };
}

interface LinkTo {
  readonly next: string | undefined;
  readonly limit: number;
  readonly query?: string;
}
