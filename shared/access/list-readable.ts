import type { RepoName } from "../oci/names.ts";
import type { Registry } from "../registry/registry.ts";
import { findsAll, mayFind, type Rights } from "./rights.ts";

/** Names that are read at a time to find those that the caller may read. */
const LOOK_THROUGH = 1000;

/**
 * Lists the repositories that the rights let someone read. `next` is always a name that was listed, and there only where
 * one more can be listed: neither tells of a repository that the caller may not read.
 */
export const listReadable =
  (listRepos: Registry["listRepos"], rights: Rights): Registry["listRepos"] =>
  async (call) => {
    if (findsAll(rights)) return listRepos(call);
    const readable: RepoName[] = [];
    let { after } = call;
    do {
      const page = await listRepos({
        caller: call.caller,
        limit: Math.max(call.limit, LOOK_THROUGH),
        ...(after !== undefined && { after }),
      });
      readable.push(...page.entries.filter((repo) => mayFind(rights, repo)));
      after = page.next;
    } while (after !== undefined && readable.length <= call.limit);
    const entries = readable.slice(0, call.limit);
    const last = entries.at(-1);
    return { entries, ...(readable.length > entries.length && last !== undefined && { next: last }) };
  };
