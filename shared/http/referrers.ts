import { OCI_INDEX } from "../oci/media-types.ts";
import { json } from "./answers.ts";
import type { Call } from "./call.ts";
import type { HttpAnswer } from "./messages.ts";
import { linkTo } from "./pages.ts";
import type { RouteIn } from "./route.ts";

/** Not every client follows Link here, so a page is large; the registry ends it earlier where it grows too long to read. */
const REFERRERS_PAGE = 1000;

/** end-12a, end-12b: an index, empty where there are no referrers, whatever the subject. */
export async function answerReferrers(route: RouteIn<"referrer">, call: Call): Promise<HttpAnswer> {
  const { repo, subject, artifactType, page } = route;
  const limit = Math.min(Math.max(page.n ?? REFERRERS_PAGE, 1), REFERRERS_PAGE);
  const { entries, next } = await call.registry.listReferrers({
    repo,
    subject,
    limit,
    ...(artifactType !== undefined && { artifactType }),
    ...(page.last !== undefined && { after: page.last }),
    caller: call.caller,
  });
  const query = artifactType === undefined ? "" : `artifactType=${encodeURIComponent(artifactType)}&`;
  return json(
    200,
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries },
    {
      "Content-Type": OCI_INDEX,
      ...(artifactType !== undefined && { "OCI-Filters-Applied": "artifactType" }),
      ...linkTo(`/v2/${repo}/referrers/${subject}`, { next, limit, query }),
    },
  );
}
