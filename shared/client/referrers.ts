import type { Descriptor } from "../oci/descriptor.ts";
import type { Digest } from "../oci/digest.ts";
import type { Listed } from "../registry/registry.ts";
import { demandFine } from "./answers.ts";
import { descriptorsIn } from "./descriptors.ts";
import type { Answer } from "./messages.ts";
import { nextOf, pageAt, pagesFrom } from "./pages.ts";
import { referrersTagOf } from "./referrers-tag.ts";
import type { Remote } from "./remote.ts";

export interface ReferrersWanted {
  readonly subject: Digest;
  /** only those of this type */
  readonly artifactType?: string;
}

/** What refers to a manifest: distribution-spec end-12, or its tag schema where the registry has no such endpoint. */
export async function* everyReferrer(
  remote: Remote,
  wanted: ReferrersWanted,
): AsyncGenerator<Descriptor, void, undefined> {
  const first = await pageAt(remote, targetOf(remote, wanted));
  if (first.status === 404) return yield* ofType(await referrersTagOf(remote, wanted.subject), wanted);
  for await (const page of pagesFrom(remote, first)) yield* entriesIn(page, wanted);
}

/**
 * One page, and all of them where they can't be told apart by `last`, since another registry's Link may have any form.
 */
export async function pageOfReferrers(
  remote: Remote,
  wanted: ReferrersWanted & { readonly limit: number; readonly after?: string },
): Promise<Listed<Descriptor>> {
  const { limit, after } = wanted;
  const target = targetOf(remote, wanted);
  target.searchParams.set("n", String(limit));
  if (after !== undefined) target.searchParams.set("last", after);
  const page = await pageAt(remote, target);
  if (page.status === 404) return { entries: ofType(await referrersTagOf(remote, wanted.subject), wanted) };
  const next = nextOf(demandFine(page));
  if (next === undefined) return { entries: entriesIn(page, wanted) };
  const last = next.searchParams.get("last");
  if (last !== null) return { entries: entriesIn(page, wanted), next: last };
  const entries: Descriptor[] = [];
  for await (const one of pagesFrom(remote, page)) entries.push(...entriesIn(one, wanted));
  return { entries };
}

function targetOf({ client, repo }: Remote, { subject, artifactType }: ReferrersWanted): URL {
  const target = new URL(`/v2/${repo}/referrers/${subject}`, client.base);
  if (artifactType !== undefined) target.searchParams.set("artifactType", artifactType);
  return target;
}

/** A registry need not filter, and says so by leaving out a header. */
const entriesIn = (page: Answer, wanted: ReferrersWanted): readonly Descriptor[] =>
  ofType(descriptorsIn(page), wanted);

const ofType = (entries: readonly Descriptor[], { artifactType }: ReferrersWanted): readonly Descriptor[] =>
  artifactType === undefined ? entries : entries.filter((entry) => entry.artifactType === artifactType);
