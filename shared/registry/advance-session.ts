import type { Attributes, Clause, Write } from "../ports/table.ts";
import { keys } from "./keyspace.ts";
import type { Ports } from "./ports.ts";
import { done, untilDone } from "./retry.ts";
import { onlyVersion, parseSession, type UploadSession } from "./upload-session.ts";

interface Advance {
  readonly set: Attributes;
  readonly remove?: readonly string[];
  /** beside the version */
  readonly only?: readonly Clause[];
  /** what is written with the session or not at all */
  readonly beside?: readonly Write[];
}

/** Writes the next version of a session, and returns its number. Of two requests that saw the same version one has "lost". */
export async function advanceSession(
  { table, clock }: Ports,
  session: UploadSession,
  { set, remove = [], only = [], beside = [] }: Advance,
): Promise<number | "lost"> {
  const key = keys.session(session.id);
  const version = session.version + 1;
  const writer = clock.newId();
  const update: Write = {
    op: "update",
    key,
    set: { ...set, version, writer },
    remove,
    only: [...onlyVersion(session), ...only],
  };
  return untilDone<number | "lost">(clock, async () => {
    const result = await table.transact([...beside, update]);
    if (result.outcome === "written") return done(version);
    if (result.outcome === "conflict" || result.outcome === "throttled") return result;
    // Lost to another request, or written although the answer was lost: the session knows.
    const item = await table.get(key, "strong");
    if (item?.attributes["writer"] === writer) return done(version);
    if (result.outcome === "unknown" && item && parseSession(session.id, item).version === session.version)
      return result;
    return done("lost");
  });
}
