import { told } from "../../../shared/client/told.ts";
import { OCI_MANIFEST } from "../../../shared/oci/media-types.ts";
import { type Check, demand, demandStatus, PASSED } from "../check.ts";
import { unsized, whole } from "../content.ts";
import type { Exam, Image } from "../exam.ts";
import { bringManifest, locationOf, type Manifest, manifestOf, putManifest } from "../push.ts";

/** Another manifest of the same image. */
export const variant = ({ config, layer }: Image, name: string): Manifest =>
  manifestOf({ config, layers: [layer], fields: { annotations: { "berth.doctor": name } } });

const get = ({ client, repo }: Exam, reference: string, method = "GET") =>
  client.send({ method, target: `/v2/${repo}/manifests/${reference}` });

/** distribution-spec: at least 4 MB; a little below, as the biggest real ones are. */
const LARGEST_BYTES = 4_000_000;

/** Manifests: what goes in comes out, and HEAD tells the same as GET. */
export const MANIFEST_CHECKS: readonly Check[] = [
  {
    id: "manifest.push",
    title: "PUT of a manifest answers 201 and where it is",
    cure: "let PUT below /v2/, its status 201 and Location pass through what stands in front of Berth",
    run: async (exam) => {
      const manifest = variant(await exam.image(), "push");
      const answer = await putManifest(exam, manifest, { repo: exam.repo, reference: "push" });
      const location = locationOf(demandStatus(answer, 201));
      demandStatus(await exam.client.send({ method: "HEAD", target: location }), 200);
      return PASSED;
    },
  },
  {
    id: "manifest.chunked",
    title: "PUT of a manifest without a length: a chunked body",
    cure: "let bodies with Transfer-Encoding: chunked through what stands in front of Berth (nginx: proxy_request_buffering off, HTTP/1.1). Where API Gateway refuses them, no setting helps: nearly all clients send the length of manifests",
    run: async (exam) => {
      const manifest = variant(await exam.image(), "chunked");
      const answer = await putManifest(exam, manifest, { repo: exam.repo, body: unsized(manifest) });
      demandStatus(answer, 201, 200);
      return PASSED;
    },
  },
  {
    id: "manifest.pull",
    title: "GET by tag and by digest gives the bytes that were pushed",
    cure: "keep what stands in front of Berth from rewriting bodies (compression, JSON filters): a manifest is signed by its digest, byte for byte",
    run: async (exam) => {
      const { manifest, tag } = await exam.image();
      for (const reference of [tag, manifest.digest]) {
        const answer = demandStatus(await get(exam, reference), 200);
        const isSame = answer.body.equals(manifest.bytes);
        demand(
          isSame,
          `${answer.request} answered other bytes than were pushed (${answer.body.length} bytes)`,
        );
      }
      return PASSED;
    },
  },
  {
    id: "manifest.length",
    title: "HEAD of a manifest says the length that GET sends",
    cure: 'on AWS change how HEAD is answered: deploy with --parameters HeadBody=none where it is as-get, or HeadBody=as-get where it is none (in cdk.json: headBody); where neither helps, let a program of its own answer HEAD behind the edge (in cdk.json: "heads": "web-function"). In front of the embedded registry, let Content-Length of HEAD pass. containerd, oras and docker fail or pull nothing without it',
    run: async (exam) => {
      const { manifest } = await exam.image();
      const sent = demandStatus(await get(exam, manifest.digest), 200).body.length;
      const head = demandStatus(await get(exam, manifest.digest, "HEAD"), 200);
      demandLength(head.header("content-length"), sent, head);
      return PASSED;
    },
  },
  {
    id: "manifest.type",
    title: "GET and HEAD of a manifest say the media type that was pushed",
    cure: "keep what stands in front of Berth from changing Content-Type",
    run: async (exam) => {
      const { manifest } = await exam.image();
      for (const method of ["GET", "HEAD"]) {
        const answer = await get(exam, manifest.digest, method);
        const type = answer.header("content-type");
        demand(type === OCI_MANIFEST, `${answer.request} says ${type ?? "nothing"}, not ${OCI_MANIFEST}`);
      }
      return PASSED;
    },
  },
  {
    id: "manifest.digest",
    title: "GET and HEAD of a manifest name its digest (Docker-Content-Digest)",
    cure: "let the proxy or CDN in front of Berth pass the header Docker-Content-Digest: crane and cosign fail without it",
    run: async (exam) => {
      const { manifest, tag } = await exam.image();
      for (const method of ["GET", "HEAD"]) {
        const answer = await get(exam, tag, method);
        const digest = answer.header("docker-content-digest");
        demand(
          digest === manifest.digest,
          `${answer.request} says ${digest ?? "nothing"}, not ${manifest.digest}`,
        );
      }
      return PASSED;
    },
  },
  {
    id: "manifest.size",
    title: "a manifest of 4 MB goes in and comes out",
    cure: "let bodies and answers of 4 MB through what stands in front of Berth (nginx: client_max_body_size 0). On AWS that is just within Lambda's 6 MB of base64, so nothing but Berth may add to it",
    run: async (exam) => {
      const manifest = variant(await exam.image(), "x".repeat(LARGEST_BYTES));
      const put = await putManifest(exam, manifest, { repo: exam.repo, body: whole(manifest) });
      demand(put.status < 300, told(put));
      const answer = demandStatus(await get(exam, manifest.digest), 200);
      demand(
        answer.body.equals(manifest.bytes),
        `${answer.request} answered ${answer.body.length} other bytes`,
      );
      return PASSED;
    },
  },
  {
    id: "manifest.fresh",
    title: "a tag that was moved is seen at its new place at once",
    cure: "keep caches in front of Berth from keeping manifests under their tags: cache by digest only, or nothing",
    run: async (exam) => {
      const { repo } = exam;
      const image = await exam.image();
      for (const name of ["fresh-1", "fresh-2"]) {
        const manifest = variant(image, name);
        await bringManifest(exam, manifest, { repo, reference: "moving" });
        const { body, request } = demandStatus(await get(exam, "moving"), 200);
        demand(body.equals(manifest.bytes), `${request} still answers what the tag named before`);
      }
      return PASSED;
    },
  },
  {
    id: "manifest.tags",
    title: "PUT by digest with several tags sets them all (?tag=…&tag=…)",
    cure: "let the proxy in front of Berth pass the query as it came, a name that occurs twice too",
    run: async (exam) => {
      const manifest = variant(await exam.image(), "tags");
      const reference = `${manifest.digest}?tag=many-1&tag=many-2`;
      const put = await putManifest(exam, manifest, { repo: exam.repo, reference });
      demand(put.status < 300, told(put));
      for (const tag of ["many-1", "many-2"]) demandStatus(await get(exam, tag, "HEAD"), 200);
      return PASSED;
    },
  },
];

/** The Content-Length of an answer to HEAD. */
export function demandLength(
  said: string | undefined,
  size: number,
  { request, header }: { readonly request: string; readonly header: (name: string) => string | undefined },
): void {
  const renamed = header("x-amzn-remapped-content-length");
  const also = renamed === undefined ? "" : `, and x-amzn-remapped-content-length ${renamed}`;
  demand(
    said === String(size),
    `${request} says Content-Length ${said ?? "nothing"}${also}; GET sends ${size} bytes`,
  );
}
