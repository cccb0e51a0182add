import type { Answer, HttpClient } from "../../shared/client/messages.ts";
import { nextTarget } from "../../shared/client/pages.ts";
import { demand, demandStatus } from "./check.ts";
import { objectIn } from "./json.ts";

/** So many entries nobody has here. */
const MOST_PAGES = 100;

/** Every page from `path` on, following Link to the end. Finding where a page is no 200, or Link leads in a circle or nowhere. */
export async function pagesFrom(client: HttpClient, path: string): Promise<readonly Answer[]> {
  const pages: Answer[] = [];
  for (let target: URL | null = new URL(path, client.base); target; ) {
    const page = demandStatus(await client.send({ method: "GET", target }), 200);
    pages.push(page);
    demand(pages.length < MOST_PAGES, `${page.request} goes on by Link for ever`);
    const next = nextTarget(page);
    if (next === undefined) break;
    target = URL.parse(next, page.url.href);
    demand(
      target !== null,
      `${page.request} goes on by Link to '${next.slice(0, 200)}', which is no address`,
    );
  }
  return pages;
}

/** The list that a page holds under `field`. Finding where there is none. */
export function listIn(page: Answer, field: string): readonly unknown[] {
  const value = objectIn(page.body.toString())[field];
  demand(Array.isArray(value), `${page.request} answered no JSON with a list '${field}'`);
  return value as readonly unknown[];
}
