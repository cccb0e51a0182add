import { isRedirect } from "../../../shared/client/answers.ts";
import type { Ask } from "../../../shared/client/messages.ts";
import { OCI_MANIFEST } from "../../../shared/oci/media-types.ts";
import { Blocked, type Check, demand, Finding, PASSED } from "../check.ts";
import type { Exam } from "../exam.ts";
import { bring, manifestOf, putManifest } from "../push.ts";

/** Paths: how deep a name may be, and how clients escape. */
export const NAME_CHECKS: readonly Check[] = [
  {
    id: "names.depth",
    title: "repository names of ten and more components work",
    cure: "send every path below /v2/ to Berth, however deep: on AWS the stack's greedy routes lead deep names to its function 'deep', so deploy the stack again; a proxy in front must not limit the depth",
    run: async (exam) => {
      const repo = `${exam.repo}/c3/c4/c5/c6/c7/c8/c9/c10`;
      const failed: string[] = [];
      for (const ask of await deepRequests(exam, repo)) {
        const answer = await exam.client.send(ask);
        if (answer.status !== 200 && !isRedirect(answer))
          failed.push(`${answer.request} answered ${answer.status}`);
      }
      demand(failed.length === 0, failed.join(", "));
      return PASSED;
    },
  },
  {
    id: "names.escape",
    title: "a digest whose colon the client escaped (%3A) is found",
    cure: "let the proxy in front of Berth pass paths as they came, neither escaped twice nor refused: some clients write sha256%3A…",
    run: async ({ client, repo, image }) => {
      const { manifest } = await image();
      const target = `/v2/${repo}/manifests/${encodeURIComponent(manifest.digest)}`;
      const { status, request } = await client.send({ method: "GET", target });
      demand(status === 200, `${request} answered ${status}; with a plain colon it works`);
      return PASSED;
    },
  },
];

/** Pushes an image into `repo`; requests of each reading family, which must all be found. */
async function deepRequests(exam: Exam, repo: string): Promise<readonly Ask[]> {
  const config = exam.fresh(100);
  const subject = { mediaType: OCI_MANIFEST, digest: exam.fresh(1).digest, size: 1 };
  const manifest = manifestOf({ config, fields: { subject } });
  try {
    await bring(exam, repo, config);
  } catch (error) {
    if (error instanceof Blocked) throw new Finding(error.message);
    throw error;
  }
  const { request, status } = await putManifest(exam, manifest, { repo, reference: "deep" });
  demand(status >= 200 && status < 300, `${request} answered ${status}`);
  return [
    { method: "HEAD", target: `/v2/${repo}/blobs/${config.digest}` },
    { method: "GET", target: `/v2/${repo}/manifests/deep` },
    { method: "GET", target: `/v2/${repo}/tags/list` },
    { method: "GET", target: `/v2/${repo}/referrers/${subject.digest}` },
  ];
}
