import type { Descriptor } from "../oci/descriptor.ts";
import { json } from "./answers.ts";
import type { Call } from "./call.ts";
import type { HttpAnswer } from "./messages.ts";
import { collect, limitOf, linkTo } from "./pages.ts";
import type { RouteIn } from "./route.ts";

const INDEX = "application/vnd.oci.image.index.v1+json";
/** Not every client follows Link here, so a page is large; but clients read no more than 4 MiB of it. */
const REFERRERS_PAGE = 1000;
const FULL_BYTES = 1024 * 1024;

/** end-12a, end-12b: an index, empty where there are no referrers, whatever the subject. */
export async function answerReferrers(route: RouteIn<"referrer">, call: Call): Promise<HttpAnswer> {
  const { repo, subject, artifactType, page } = route;
  const { registry, caller } = call;
  const limit = Math.min(limitOf(page, REFERRERS_PAGE), REFERRERS_PAGE);
  const filter = artifactType === undefined ? {} : { artifactType };
  const { entries, next } = await collect(
    (most, after) =>
      registry.listReferrers({
        repo,
        subject,
        ...filter,
        limit: most,
        ...(after !== undefined && { after }),
        caller,
      }),
    { limit, last: page.last, isFull },
  );
  const query = artifactType === undefined ? "" : `artifactType=${encodeURIComponent(artifactType)}&`;
  return json(
    200,
    { schemaVersion: 2, mediaType: INDEX, manifests: entries },
    {
      "Content-Type": INDEX,
      ...(artifactType !== undefined && { "OCI-Filters-Applied": "artifactType" }),
      ...linkTo(`/v2/${repo}/referrers/${subject}`, { next, limit, query }),
    },
  );
}

/** Annotations can make a descriptor large. */
const isFull = (descriptors: readonly Descriptor[]): boolean =>
  JSON.stringify(descriptors).length >= FULL_BYTES;
