import { createHash } from "node:crypto";
import { Blocked, type Check, demand, demandStatus, PASSED } from "../check.ts";
import { bytesOf, type Content } from "../content.ts";
import type { Exam } from "../exam.ts";
import { openBlob, pullBlob } from "../pull.ts";
import { bring } from "../push.ts";
import { demandLength } from "./manifests.ts";

const REDIRECT_CURE =
  "on AWS blobs come from S3: the machine must reach the bucket's host, and no proxy may change its answers; deploy the stack again where its functions lost the right to read the bucket";

/** Blobs: what goes in comes out, whole and in part, also through a redirect. */
export const BLOB_CHECKS: readonly Check[] = [
  {
    id: "blob.pull",
    title: "every blob that was pushed comes back byte for byte",
    cure: REDIRECT_CURE,
    run: async (exam) => {
      const { layer } = await exam.image();
      for (const [method, content] of [["image", layer] as const, ...exam.pushed]) {
        const answer = demandStatus(await pullBlob(exam, content), 200);
        demand(
          answer.body.equals(bytesOf(content)),
          `${answer.request} sent other bytes than push.${method} brought`,
        );
      }
      return PASSED;
    },
  },
  {
    id: "blob.fresh",
    title: "a blob is seen as soon as it is pushed, by who has looked for it before",
    cure: "keep errors out of caches in front of Berth: CloudFront keeps a 404 for 10 s where its custom error responses do not say 0, as the stack's do, so deploy the stack again. oras and helm look before they push, and fail where they still see nothing after it",
    run: async (exam) => {
      const { client, repo, fresh } = exam;
      const content = fresh(100);
      const look = () => client.send({ method: "HEAD", target: `/v2/${repo}/blobs/${content.digest}` });
      await look();
      await bring(exam, repo, content);
      const { status, request } = await look();
      demand(status < 400, `${request} still answers ${status} after the push`);
      return PASSED;
    },
  },
  {
    id: "blob.length",
    title: "HEAD of a blob says the length that GET sends",
    cure: "on AWS deploy with --parameters HeadBlob=redirect (in cdk.json: headBlob), so that S3 says the length. Elsewhere let Content-Length of an answer to HEAD pass through the proxy or CDN in front of Berth: docker, podman and jib want it",
    run: async (exam) => {
      const { layer } = await exam.image();
      const { digest } = layer;
      const head = demandStatus(await pullBlob(exam, { digest, method: "HEAD" }), 200);
      const sent = demandStatus(await pullBlob(exam, { digest }), 200).body.length;
      demandLength(head.header("content-length"), sent, head);
      return PASSED;
    },
  },
  {
    id: "blob.digest",
    title:
      "HEAD of a blob names its digest (Docker-Content-Digest), and GET where the registry sends it itself",
    cure: "let the proxy or CDN in front of Berth pass the header Docker-Content-Digest",
    run: async (exam) => {
      const { digest } = (await exam.image()).layer;
      for (const method of ["HEAD", "GET"] as const) {
        const answer = await openBlob(exam, { digest, method });
        const named = answer.header("docker-content-digest");
        demand(named === digest, `${answer.request} says ${named ?? "nothing"}, not ${digest}`);
      }
      return PASSED;
    },
  },
  {
    id: "blob.range",
    title: "a part of a blob is sent as 206 with Content-Range",
    cure: "let the request header Range and the status 206 pass through the proxy or CDN in front of Berth, and of S3",
    run: async (exam) => partOf(exam, { first: 1000, last: 1999, range: "bytes=1000-1999" }),
  },
  {
    id: "blob.resume",
    title: "a pull that broke goes on where it stood (Range: bytes=N-)",
    cure: "let the request header Range and the status 206 pass through the proxy or CDN in front of Berth, and of S3: docker begins again without it",
    run: async (exam) => {
      const last = (await exam.image()).layer.size - 1;
      return partOf(exam, { first: 60_000, last, range: "bytes=60000-" });
    },
  },
];

/** After the large pushes. */
export const LARGE_PULL: Check = {
  id: "blob.large",
  title: "a large blob comes back whole, byte for byte",
  cure: "set no limit on the size or the time of an answer in what stands in front of Berth (nginx: proxy_buffering off, proxy_read_timeout 300s); on AWS large blobs must come by redirect, from S3",
  run: async (exam) => {
    // In chunks is how a blob goes through the most hands.
    const content = exam.pushedLarge.get("chunks") ?? [...exam.pushedLarge.values()][0];
    if (content === undefined) throw new Blocked("no large blob could be pushed");
    const { digest, size } = await digestOfPull(exam, content);
    demand(size === content.size, `GET sent ${size} bytes of ${content.size}`);
    demand(digest === content.digest, `GET sent bytes of ${digest}, not of ${content.digest}`);
    return PASSED;
  },
};

/** What a pull sends, digested while it comes. */
async function digestOfPull(exam: Exam, content: Content): Promise<{ digest: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  const sink = (chunk: Uint8Array) => {
    hash.update(chunk);
    size += chunk.length;
  };
  demandStatus(await pullBlob(exam, { digest: content.digest, sink }), 200);
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

interface Part {
  /** both inclusive */
  readonly first: number;
  readonly last: number;
  readonly range: string;
}

async function partOf(exam: Exam, { first, last, range }: Part): Promise<typeof PASSED> {
  const { layer } = await exam.image();
  const answer = await pullBlob(exam, { digest: layer.digest, headers: { Range: range } });
  const { request, status, body } = answer;
  demand(
    status === 206,
    `${request} with Range: ${range} answered ${status} with ${body.length} bytes, not 206`,
  );
  const said = answer.header("content-range");
  const wanted = `bytes ${first}-${last}/${layer.size}`;
  demand(
    said === wanted,
    `${request} with Range: ${range} says Content-Range ${said ?? "nothing"}, not ${wanted}`,
  );
  demand(body.equals(bytesOf(layer, first, last + 1)), `${request} with Range: ${range} sent other bytes`);
  return PASSED;
}
