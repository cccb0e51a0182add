import { OciError } from "../oci/errors.ts";
import type { RepoName } from "../oci/names.ts";
import type { Registry } from "../registry/registry.ts";
import { findable, finder, findsAll, type Rights } from "./rights.ts";
import { stretchesOf } from "./stretches.ts";

/** Names that the caller may not read and that are looked through for one page. */
export const MOST_IN_VAIN = 20_000;
/** Names that are read at a time: few where the caller's are far apart, many where they may be anywhere. */
const SIZES = { least: 20, most: 1000 };

/**
 * Lists the repositories that the rights let someone read. It reads only where there may be some: a name that a rule names,
 * or what begins as a glob does. `next` is always a name that was listed, and there only where one more can be listed:
 * neither tells of a repository that the caller may not read. PAGINATION_NUMBER_INVALID where too many of those are among
 * the names of a page.
 */
export const listReadable =
  (listRepos: Registry["listRepos"], rights: Rights): Registry["listRepos"] =>
  async (call) => {
    if (findsAll(rights)) return listRepos(call);
    const { caller, limit } = call;
    const isReadable = finder(rights);
    const from = stretchesOf(findable(rights));
    const readable: RepoName[] = [];
    let inVain = 0;
    let size = Math.min(Math.max(limit + 1, SIZES.least), SIZES.most);
    let after = from(call.after ?? "");
    while (after !== undefined && readable.length <= limit) {
      if (inVain > MOST_IN_VAIN) throw tooFarApart(caller.name);
      const page = await listRepos({ caller, limit: size, ...(after !== "" && { after }) });
      const found = page.entries.filter(isReadable);
      readable.push(...found);
      inVain += page.entries.length - found.length;
      after = page.next && from(page.next);
      const areFarApart = after !== page.next && found.length < page.entries.length / 4;
      size = areFarApart ? Math.max(SIZES.least, Math.floor(size / 4)) : Math.min(SIZES.most, size * 4);
    }
    const entries = readable.slice(0, limit);
    const last = entries.at(-1);
    return {
      entries,
      ...(readable.length > entries.length && last !== undefined && { next: last }),
      ...(rights.isCut && { isPartial: true }),
    };
  };

function tooFarApart(caller: string): OciError {
  const reason = `more than ${MOST_IN_VAIN} repositories that ${caller} may not read are in between: ask for fewer at once (n), or go on behind them (last)`;
  return new OciError("PAGINATION_NUMBER_INVALID", { reason }, { message: reason });
}
