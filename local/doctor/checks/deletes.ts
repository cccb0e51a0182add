import { type Check, demand, demandStatus, Finding, PASSED } from "../check.ts";
import type { Exam } from "../exam.ts";
import { bring, bringManifest } from "../push.ts";
import { variant } from "./manifests.ts";

const CURE =
  "let the method DELETE pass through what stands in front of Berth, and keep caches from answering for what is gone";

/** What is deleted is gone, at once, and nothing else is. */
export const DELETE_CHECKS: readonly Check[] = [
  {
    id: "delete.tag",
    title: "a tag is deleted, and its manifest stays",
    cure: CURE,
    run: async (exam) => {
      const at = (reference: string) => `/v2/${exam.repo}/manifests/${reference}`;
      const manifest = variant(await exam.image(), "delete-tag");
      await bringManifest(exam, manifest, { repo: exam.repo, reference: "doomed" });
      await remove(exam, at("doomed"));
      await demandGone(exam, at("doomed"));
      demandStatus(await exam.client.send({ method: "HEAD", target: at(manifest.digest) }), 200);
      return PASSED;
    },
  },
  {
    id: "delete.manifest",
    title: "a manifest is deleted with its tags",
    cure: CURE,
    run: async (exam) => {
      const at = (reference: string) => `/v2/${exam.repo}/manifests/${reference}`;
      const manifest = variant(await exam.image(), "delete-manifest");
      await bringManifest(exam, manifest, { repo: exam.repo, reference: "doomed-too" });
      await remove(exam, at(manifest.digest));
      await demandGone(exam, at(manifest.digest));
      await demandGone(exam, at("doomed-too"));
      return PASSED;
    },
  },
  {
    id: "delete.blob",
    title: "a blob is deleted",
    cure: CURE,
    run: async (exam) => {
      const { digest } = await bring(exam, exam.repo, exam.fresh(100));
      const target = `/v2/${exam.repo}/blobs/${digest}`;
      await remove(exam, target);
      await demandGone(exam, target);
      return PASSED;
    },
  },
];

async function remove({ client }: Exam, target: string): Promise<void> {
  demandStatus(await client.send({ method: "DELETE", target }), 202);
}

async function demandGone({ client }: Exam, target: string): Promise<void> {
  const { status, request } = await client.send({ method: "HEAD", target });
  demand(status === 404, `after DELETE, ${request} answered ${status}, not 404`);
}

/** Always the last, also after an interruption. */
export const CLEAN_UP: Check = {
  id: "cleanup.gone",
  title: "everything that the doctor made is deleted again",
  cure: "delete what stays by hand, once DELETE passes through what stands in front of Berth: everything below the repository that the report names is the doctor's",
  run: async (exam) => {
    const left = await exam.made.cleanUp(exam.client);
    if (left.length === 0) return PASSED;
    throw new Finding(`${left.length} manifests and blobs stay below ${exam.repo}: ${left[0]}`);
  },
};
