import { isFine, refused } from "./answers.ts";
import { RegistryFailure } from "./failures.ts";
import type { Answer } from "./messages.ts";
import { persist } from "./patience.ts";
import type { Remote } from "./remote.ts";

type Asking = Pick<Remote, "client" | "waiting">;

/** RFC 8288 */
const NEXT = /<([^>]*)>\s*;[^,]*\brel="?next"?/i;

/** One page of a list. */
export function pageAt({ client, waiting }: Asking, target: string | URL): Promise<Answer> {
  return persist(() => client.send({ method: "GET", target }), waiting);
}

/** What Link says of the next page, as it stands there. */
export const nextTarget = ({ header }: Answer): string | undefined => NEXT.exec(header("link") ?? "")?.[1];

/** Where the next page is. RegistryFailure where it would be on another host. */
export function nextOf(page: Answer): URL | undefined {
  const { url, request } = page;
  const target = nextTarget(page);
  if (target === undefined) return undefined;
  const next = URL.parse(target, url.href);
  if (next !== null && next.origin === url.origin) return next;
  throw new RegistryFailure(`${request} goes on by Link on another host`);
}

/** Every page from `first` on. RegistryFailure where Link leads in a circle. */
export async function* pagesFrom(asking: Asking, first: Answer): AsyncGenerator<Answer, void, undefined> {
  const seen = new Set<string>();
  for (let page = first; ; ) {
    if (!isFine(page)) throw refused(page);
    yield page;
    const next = nextOf(page);
    if (next === undefined) return;
    if (seen.has(next.href)) throw new RegistryFailure(`${page.request} goes on by Link in a circle`);
    seen.add(next.href);
    page = await pageAt(asking, next);
  }
}

/** The list that a page holds under `field`; Go's encoders write an empty one as null. RegistryFailure */
export function listIn(page: Answer, field: string): readonly unknown[] {
  const value = parsed(page)?.[field];
  if (value === null) return [];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new RegistryFailure(`${page.request} answered no JSON with a list '${field}'`);
}

function parsed({ body }: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(body.toString()) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
