import { type Check, demand, demandStatus, PASSED } from "../check.ts";
import { oncePerExam } from "../exam.ts";
import { listIn, pagesFrom } from "../pages.ts";
import { bring, bringManifest, manifestOf } from "../push.ts";

/** In the order of their bytes: capitals before small letters, 10 before 9. */
const TAGS = ["1.10", "1.9", "B", "Z", "_", "a", "aa", "b"] as const;

/** Lists: order, and pages that are followed to the end. */
export const LIST_CHECKS: readonly Check[] = [
  {
    id: "tags.order",
    title: "tags are listed in the order of their bytes",
    cure: "run the doctor against Berth itself, without what stands in front: its tables keep this order, so something on the way makes lists of its own",
    run: async (exam) => {
      const repo = await tagged(exam);
      const [page] = await pagesFrom(exam.client, `/v2/${repo}/tags/list`);
      demandList(page ? listIn(page, "tags") : [], TAGS, "tags");
      return PASSED;
    },
  },
  {
    id: "tags.paging",
    title: "a list of tags in pages is whole when Link is followed",
    cure: "let the header Link and the query (?n=…&last=…) pass through the proxy or CDN in front of Berth: without them clients see the first page only",
    run: async (exam) => {
      const repo = await tagged(exam);
      const pages = await pagesFrom(exam.client, `/v2/${repo}/tags/list?n=3`);
      const tags = pages.flatMap((page) => listIn(page, "tags")).map(String);
      demandList(tags.toSorted(), [...TAGS].toSorted(), "tags");
      return PASSED;
    },
  },
  {
    id: "catalog.list",
    title: "GET /v2/_catalog lists the repository",
    cure: "route /v2/_catalog to Berth, with its query: on AWS the stack's function 'tags' answers it, so deploy the stack again",
    run: async (exam) => {
      await exam.image();
      // One page is enough, that of what comes next after a name just before this one: a registry may be large.
      const before = encodeURIComponent(exam.repo.slice(0, -1));
      const answer = await exam.client.send({ method: "GET", target: `/v2/_catalog?n=1&last=${before}` });
      demandList(listIn(demandStatus(answer, 200), "repositories"), [exam.repo], "repositories");
      return PASSED;
    },
  },
];

/** A repository with TAGS and no others. */
const tagged = oncePerExam(async (exam) => {
  const repo = `${exam.repo}/tags`;
  const config = await bring(exam, repo, exam.fresh(100));
  const manifest = manifestOf({ config });
  for (const tag of TAGS) await bringManifest(exam, manifest, { repo, reference: tag });
  return repo;
});

function demandList(found: readonly unknown[], wanted: readonly string[], what: string): void {
  const isSame = JSON.stringify(found) === JSON.stringify(wanted);
  demand(isSame, `the ${what} are ${found.join(", ") || "none"}, not ${wanted.join(", ")}`);
}
