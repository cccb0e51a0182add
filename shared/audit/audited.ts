import { MissingRight } from "../access/missing-right.ts";
import type { Digest } from "../oci/digest.ts";
import type { RepoName } from "../oci/names.ts";
import type { Operation, PushedManifest, Registry } from "../registry/registry.ts";
import { type Audit, type Deed, deedsOf } from "./event.ts";
import { outcomeOf } from "./outcome.ts";

/**
 * A registry that tells the audit what is changed in it, and what is denied. It goes around a guarded one, and is written
 * operation by operation, so that one which is left out does not compile.
 */
function audited(registry: Registry, audit: Audit, from: string | undefined): Registry {
  /** `deed`: what is told of a call, and of its answer where it came to one; nothing, where it changes nothing. */
  const telling =
    <Call, Answer>(
      deed: (call: Call, answer?: Answer) => Deed | undefined,
      operation: Operation<Call, Answer>,
    ): Operation<Call, Answer> =>
    async (call) => {
      const tell = deedsOf(audit, call.caller.name, from);
      const answer = await operation(call).catch((error: unknown) => {
        const told = deed(call) ?? denialOf(error);
        const outcome = outcomeOf(error);
        if (told && outcome) tell(told, outcome);
        throw error;
      });
      const told = deed(call, answer);
      if (told) tell(told, { outcome: "done" });
      return answer;
    };
  const denials = <Call, Answer>(operation: Operation<Call, Answer>) => telling(() => undefined, operation);
  return {
    getManifest: denials(registry.getManifest),
    putManifest: telling(pushed, registry.putManifest),
    deleteManifest: telling(deleted, registry.deleteManifest),
    deleteTag: telling(({ repo, tag }) => ({ ...remove(repo), tags: [tag] }), registry.deleteTag),
    listTags: denials(registry.listTags),
    listReferrers: denials(registry.listReferrers),
    listRepos: denials(registry.listRepos),
    statBlob: denials(registry.statBlob),
    openBlob: denials(registry.openBlob),
    deleteBlob: telling(deleted, registry.deleteBlob),
    mountBlob: telling(mounted, registry.mountBlob),
    beginUpload: denials(registry.beginUpload),
    statUpload: denials(registry.statUpload),
    appendUpload: denials(registry.appendUpload),
    putPart: denials(registry.putPart),
    commitUpload: denials(registry.commitUpload),
    cancelUpload: denials(registry.cancelUpload),
  };
}

/** Watches a registry for one request: tells the audit, with the address that the request came from. */
export const auditing =
  (audit: Audit) =>
  (registry: Registry, { clientAddress }: { readonly clientAddress?: string }): Registry =>
    audited(registry, audit, clientAddress);

/** What was wanted, in the words of the right that it takes. */
function denialOf(error: unknown): Deed | undefined {
  if (!(error instanceof MissingRight)) return undefined;
  const { need } = error;
  if ("catalog" in need) return { event: "catalog" };
  if (!("repo" in need)) return undefined;
  const { action, repo, tags } = need;
  return { event: action, repository: repo, ...(tags && { tags }) };
}

function pushed(
  { repo, reference, tags }: Pick<Parameters<Registry["putManifest"]>[0], "repo" | "reference" | "tags">,
  answer?: PushedManifest,
): Deed {
  const digest = answer?.digest ?? (reference.kind === "digest" ? reference.digest : undefined);
  const named = reference.kind === "tag" ? [reference.tag, ...tags] : tags;
  return { event: "push", repository: repo, ...(digest && { digest }), tags: named };
}

const remove = (repository: RepoName) => ({ event: "delete", repository }) as const;

const deleted = ({ repo, digest }: { readonly repo: RepoName; readonly digest: Digest }): Deed => ({
  ...remove(repo),
  digest,
});

/** One that finds no source changes nothing: the client uploads the blob instead. */
const mounted = (
  { repo, digest, from }: { readonly repo: RepoName; readonly digest: Digest; readonly from?: RepoName },
  answer?: "mounted" | "unknown",
): Deed | undefined =>
  answer === "unknown"
    ? undefined
    : { event: "mount", repository: repo, digest, ...(from && { source: from }) };
