import type { Answer, HttpClient } from "../../shared/client/messages.ts";
import { demand, demandStatus } from "./check.ts";

/** So many entries nobody has here. */
const MOST_PAGES = 100;
const NEXT = /<([^>]*)>\s*;[^,]*\brel="?next"?/i;

/** Every page from `path` on, following Link to the end. Finding where a page is no 200, or Link leads in a circle. */
export async function pagesFrom(client: HttpClient, path: string): Promise<readonly Answer[]> {
  const pages: Answer[] = [];
  for (let target: URL | undefined = new URL(path, client.base); target; ) {
    const page = demandStatus(await client.send({ method: "GET", target }), 200);
    pages.push(page);
    demand(pages.length < MOST_PAGES, `${page.request} goes on by Link for ever`);
    const next = NEXT.exec(page.header("link") ?? "")?.[1];
    target = next === undefined ? undefined : new URL(next, page.url);
  }
  return pages;
}

/** The list that a page holds under `field`. Finding where there is none. */
export function listIn(page: Answer, field: string): readonly unknown[] {
  const value = parsed(page)?.[field];
  demand(Array.isArray(value), `${page.request} answered no JSON with a list '${field}'`);
  return value as readonly unknown[];
}

function parsed({ body }: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(body.toString()) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
