import type { Answer } from "../../../shared/client/messages.ts";
import { told } from "../../../shared/client/told.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../shared/oci/media-types.ts";
import { type Check, demand, demandStatus, PASSED } from "../check.ts";
import { type Exam, oncePerExam } from "../exam.ts";
import { listIn, pagesFrom } from "../pages.ts";
import { bringManifest, type Manifest, manifestOf, putManifest } from "../push.ts";
import { variant } from "./manifests.ts";

const [SBOM, SIGNATURE] = [
  "application/vnd.berth.doctor.sbom+json",
  "application/vnd.berth.doctor.signature",
];

interface Described {
  readonly digest: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What refers to a manifest: signatures, SBOMs. */
export const REFERRER_CHECKS: readonly Check[] = [
  {
    id: "referrers.list",
    title: "referrers are listed with their types and annotations",
    cure: "route /v2/<name>/referrers/<digest> to Berth and keep Content-Type and body as they are: on AWS the stack's function 'referrers' answers it, so deploy the stack again",
    run: async (exam) => {
      const { subject, artifacts } = await referred(exam);
      const pages = await pagesFrom(exam.client, pathOf(exam, subject.digest));
      for (const page of pages) {
        const type = page.header("content-type");
        demand(
          type === OCI_INDEX,
          `${page.request} says Content-Type ${type ?? "nothing"}, not ${OCI_INDEX}`,
        );
      }
      const found = describedIn(pages).map(({ digest, artifactType, annotations }) =>
        JSON.stringify([digest, artifactType, annotations?.["berth.doctor"]]),
      );
      const wanted = artifacts.map(({ digest, type, name }) => JSON.stringify([digest, type, name]));
      const missing = wanted.filter((artifact) => !found.includes(artifact));
      demand(missing.length === 0, `${pages[0]?.request} does not list ${missing.join(", ")}`);
      return PASSED;
    },
  },
  {
    id: "referrers.filter",
    title: "referrers are filtered by their type (?artifactType=)",
    cure: "let the query and the header OCI-Filters-Applied pass through the proxy or CDN in front of Berth",
    run: async (exam) => {
      const { subject } = await referred(exam);
      const path = `${pathOf(exam, subject.digest)}?artifactType=${encodeURIComponent(SBOM)}`;
      const pages = await pagesFrom(exam.client, path);
      const types = describedIn(pages).map(({ artifactType }) => artifactType ?? "none");
      const request = pages[0]?.request;
      demand(
        types.join() === SBOM,
        `${request}?artifactType=${SBOM} lists the types ${types.join(", ") || "none"}`,
      );
      const applied = pages[0]?.header("oci-filters-applied");
      demand(applied === "artifactType", `${request} says OCI-Filters-Applied ${applied ?? "nothing"}`);
      return PASSED;
    },
  },
  {
    id: "referrers.empty",
    title: "the referrers of what nothing refers to are an empty list, not a 404",
    cure: "route /v2/<name>/referrers/<digest> to Berth: on a 404 clients fall back to tags instead of referrers",
    run: async (exam) => {
      const target = pathOf(exam, exam.fresh(1).digest);
      const answer = demandStatus(await exam.client.send({ method: "GET", target }), 200);
      demand(listIn(answer, "manifests").length === 0, `${told(answer)}, which is not empty`);
      return PASSED;
    },
  },
  {
    id: "referrers.subject",
    title: "PUT of a manifest with a subject says that the registry knows referrers (OCI-Subject)",
    cure: "let the header OCI-Subject pass through the proxy or CDN in front of Berth: without it clients keep a list under a tag of their own",
    run: async (exam) => {
      const { subject } = await referred(exam);
      const manifest = await artifactOf(exam, subject, { name: "subject", type: SIGNATURE });
      const { header, request } = await putManifest(exam, manifest, { repo: exam.repo });
      const said = header("oci-subject");
      demand(
        said === subject.digest,
        `${request} says OCI-Subject ${said ?? "nothing"}, not ${subject.digest}`,
      );
      return PASSED;
    },
  },
  {
    id: "referrers.paging",
    title: "a list of referrers in pages is whole when Link is followed",
    cure: "let the header Link and the query (?n=…&last=…) pass through the proxy or CDN in front of Berth: without them signatures stay unseen",
    run: async (exam) => {
      const { subject, artifacts } = await referred(exam);
      const pages = await pagesFrom(exam.client, `${pathOf(exam, subject.digest)}?n=1`);
      const found = describedIn(pages).map(({ digest }) => digest);
      const missing = artifacts.filter(({ digest }) => !found.includes(digest));
      demand(
        missing.length === 0,
        `${pages[0]?.request}?n=1 gives ${found.length} referrers in ${pages.length} pages`,
      );
      return PASSED;
    },
  },
];

const pathOf = ({ repo }: Exam, digest: string): string => `/v2/${repo}/referrers/${digest}`;

const describedIn = (pages: readonly Answer[]): readonly Described[] =>
  pages.flatMap((page) => listIn(page, "manifests") as readonly Described[]);

interface Artifact {
  readonly name: string;
  readonly type: string;
}

const ARTIFACTS: readonly Artifact[] = [
  { name: "one", type: SBOM },
  { name: "two", type: SIGNATURE },
  { name: "three", type: SIGNATURE },
];

/** A manifest, and what refers to it. */
const referred = oncePerExam(async (exam) => {
  const subject = variant(await exam.image(), "referred");
  await bringManifest(exam, subject, { repo: exam.repo });
  const artifacts: (Artifact & Manifest)[] = [];
  for (const artifact of ARTIFACTS) {
    const manifest = await artifactOf(exam, subject, artifact);
    await bringManifest(exam, manifest, { repo: exam.repo });
    artifacts.push({ ...artifact, ...manifest });
  }
  return { subject, artifacts };
});

async function artifactOf(exam: Exam, subject: Manifest, { name, type }: Artifact): Promise<Manifest> {
  const { config } = await exam.image();
  const { digest, size } = subject;
  return manifestOf({
    config,
    fields: {
      artifactType: type,
      subject: { mediaType: OCI_MANIFEST, digest, size },
      annotations: { "berth.doctor": name },
    },
  });
}
