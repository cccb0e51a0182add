import type { RepoName, Tag } from "../oci/names.ts";
import type { Operation, Registry } from "../registry/registry.ts";
import type { Access } from "./access.ts";
import { listReadable } from "./list-readable.ts";
import { MissingRight } from "./missing-right.ts";
import { allows, finder, findsAll, type Need, type Rights } from "./rights.ts";

/**
 * A registry that does for this caller what its rights allow, and for the rest throws MissingRight before anything was
 * read. It is written operation by operation, so that one which is left out does not compile.
 */
export function guard(registry: Registry, access: Access): Registry {
  const demand = (need: Need): void => {
    if (!allows(access.rights, need)) throw new MissingRight(access, need);
  };
  const needing =
    <Call, Answer>(
      needOf: (call: Call) => Need,
      operation: Operation<Call, Answer>,
    ): Operation<Call, Answer> =>
    async (call) => {
      demand(needOf(call));
      return operation(call);
    };
  return {
    getManifest: needing(pull, registry.getManifest),
    putManifest: needing(pushManifest, registry.putManifest),
    deleteManifest: needing(remove, registry.deleteManifest),
    deleteTag: needing(remove, registry.deleteTag),
    listTags: needing(pull, registry.listTags),
    listReferrers: needing(pull, registry.listReferrers),
    listRepos: needing(listCatalog, listReadable(registry.listRepos, access.rights)),
    statBlob: needing(pull, registry.statBlob),
    openBlob: needing(pull, registry.openBlob),
    deleteBlob: needing(remove, registry.deleteBlob),
    mountBlob: needing(push, mountFromReadable(registry.mountBlob, access.rights)),
    beginUpload: needing(push, registry.beginUpload),
    ...ofTheirHolder(registry),
  };
}

interface InRepo {
  readonly repo: RepoName;
}
const pull = ({ repo }: InRepo): Need => ({ action: "pull", repo });
const push = ({ repo }: InRepo): Need => ({ action: "push", repo });
const remove = ({ repo }: InRepo): Need => ({ action: "delete", repo });
const listCatalog = (): Need => ({ catalog: true });

type PutManifest = Pick<Parameters<Registry["putManifest"]>[0], "repo" | "reference" | "tags">;

/** Every tag that it would move counts; a manifest without one is reached by its digest alone. */
function pushManifest({ repo, reference, tags }: PutManifest): Need {
  const named: readonly Tag[] = reference.kind === "tag" ? [reference.tag, ...tags] : tags;
  return { action: "push", repo, tags: named };
}

/**
 * What the caller may not read is no source: the answer is that of a blob which is nowhere, and the client uploads it.
 * So nobody learns what other repositories hold.
 */
const mountFromReadable =
  (mountBlob: Registry["mountBlob"], rights: Rights): Registry["mountBlob"] =>
  async (call) => {
    const { from } = call;
    if (findsAll(rights)) return mountBlob(call);
    const isReadable = finder(rights);
    if (from === undefined) return mountBlob({ ...call, sources: isReadable });
    return isReadable(from) ? mountBlob(call) : "unknown";
  };

/** A running upload's secret is the right to it: a push that outlives its token goes on. */
const ofTheirHolder = ({
  statUpload,
  appendUpload,
  putPart,
  commitUpload,
  cancelUpload,
}: Registry): Pick<
  Registry,
  "statUpload" | "appendUpload" | "putPart" | "commitUpload" | "cancelUpload"
> => ({
  statUpload,
  appendUpload,
  putPart,
  commitUpload,
  cancelUpload,
});
