import { OciError } from "../oci/errors.ts";
import { parseRepoName, parseTag, type RepoName, type Tag } from "../oci/names.ts";
import type { Listed } from "../registry/registry.ts";
import { demandFine } from "./answers.ts";
import { RegistryFailure } from "./failures.ts";
import type { Answer } from "./messages.ts";
import { listIn, nextOf, pageAt, pagesFrom } from "./pages.ts";
import type { Remote } from "./remote.ts";

type Asking = Pick<Remote, "client" | "waiting">;

/** A list of names: where it is, and how to read it. */
export interface NameList<Name> {
  readonly path: string;
  readonly field: string;
  readonly parse: (text: string) => Name;
}

/** distribution-spec end-8a */
export const tagList = (repo: RepoName): NameList<Tag> => ({
  path: `/v2/${repo}/tags/list`,
  field: "tags",
  parse: parseTag,
});

/** Docker's catalog */
export const REPO_LIST: NameList<RepoName> = {
  path: "/v2/_catalog",
  field: "repositories",
  parse: parseRepoName,
};

/** All names, page by page as they are asked for. RegistryRefusal NAME_UNKNOWN */
export async function* everyName<Name>(
  asking: Asking,
  list: NameList<Name>,
): AsyncGenerator<Name, void, undefined> {
  const first = await pageAt(asking, list.path);
  for await (const page of pagesFrom(asking, first)) yield* namesIn(page, list);
}

interface PageOfNames {
  readonly limit: number;
  readonly after?: string;
}

/** One page, whatever the registry makes of `n`. */
export async function somePage<Name extends string>(
  asking: Asking,
  list: NameList<Name>,
  { limit, after }: PageOfNames,
): Promise<Listed<Name>> {
  const last = after === undefined ? "" : `&last=${encodeURIComponent(after)}`;
  const page = demandFine(await pageAt(asking, `${list.path}?n=${limit}${last}`));
  const names = namesIn(page, list);
  const entries = names.slice(0, limit);
  const next = entries.at(-1);
  const goesOn = names.length > limit || nextOf(page) !== undefined;
  return { entries, ...(goesOn && next !== undefined && { next }) };
}

function namesIn<Name>(page: Answer, { field, parse }: NameList<Name>): readonly Name[] {
  return listIn(page, field).map((name) => {
    try {
      return parse(String(name));
    } catch (cause) {
      if (!(cause instanceof OciError)) throw cause;
      const text = String(name).slice(0, 100);
      throw new RegistryFailure(`${page.request} lists '${text}', which can be no name there`, { cause });
    }
  });
}
