import { told } from "../../../shared/client/told.ts";
import { type Check, demand, demandStatus, PASSED } from "../check.ts";
import { sized, whole } from "../content.ts";
import type { Exam } from "../exam.ts";
import { begin, begun, bring, close, locationOf, PUSH_METHODS, patch } from "../push.ts";

const SMALL_BYTES = 40_000;

/** Pushes by `method`; whether the blob is there afterwards is part of it, its bytes are blob.pull's. */
const pushSmall = (method: keyof typeof PUSH_METHODS) => async (exam: Exam) => {
  const content = exam.fresh(SMALL_BYTES);
  await PUSH_METHODS[method](exam, exam.repo, content);
  const target = `/v2/${exam.repo}/blobs/${content.digest}`;
  const { status } = await exam.client.send({ method: "HEAD", target });
  demand(status < 400, `the blob was acknowledged, and HEAD of it answers ${status}`);
  exam.pushed.set(method, content);
  return PASSED;
};

/** Every way in which a blob is pushed, with little in it. */
export const PUSH_CHECKS: readonly Check[] = [
  {
    id: "push.put",
    title: "a blob is pushed by POST and PUT (containerd, oras, helm)",
    cure: "let POST and PUT below /v2/, and their statuses, pass through what stands in front of Berth: clients want exactly 202 and 201",
    run: pushSmall("put"),
  },
  {
    id: "push.post",
    title: "a blob is pushed by one POST",
    cure: "let the proxy in front of Berth pass the query (?digest=…) and the body of a POST",
    run: pushSmall("post"),
  },
  {
    id: "push.patch",
    title: "a blob is pushed by PATCH with its length (podman, skopeo, crane)",
    cure: "let the proxy or CDN in front of Berth pass the method PATCH with its body; a bucket can't take it in Berth's place",
    run: pushSmall("patch"),
  },
  {
    id: "push.stream",
    title: "a blob is pushed by PATCH without a length (docker): a chunked body",
    cure: "let bodies with Transfer-Encoding: chunked through what stands in front of Berth (nginx: proxy_request_buffering off, HTTP/1.1). Where API Gateway refuses them, no setting helps: push with clients that say the length (Docker 29 with the containerd image store, oras, crane)",
    run: pushSmall("stream"),
  },
  {
    id: "push.chunks",
    title: "a blob is pushed in chunks with Content-Range (regctl)",
    cure: "let the proxy in front of Berth pass the request header Content-Range and the status 416, and send all requests of an upload to registries that share their stores",
    run: pushSmall("chunks"),
  },
  {
    id: "push.progress",
    title: "PATCH answers how far the upload is (Range)",
    cure: "let the proxy or CDN in front of Berth pass the answer's header Range: docker gives up a push without it",
    run: async (exam) => {
      const answer = await patchSome(exam, await begin(exam, exam.repo));
      const range = answer.header("range");
      demand(range === "0-99", `${answer.request} of 100 bytes says Range ${range ?? "nothing"}, not 0-99`);
      return PASSED;
    },
  },
  {
    id: "push.status",
    title: "GET of an upload says where it stands, so that clients resume",
    cure: "let GET of uploads reach Berth (no cache in front), and send it to a registry on the same stores",
    run: async (exam) => {
      const location = await begin(exam, exam.repo);
      await patchSome(exam, location);
      const answer = demandStatus(await exam.client.send({ method: "GET", target: location }), 204);
      const range = answer.header("range");
      demand(
        range === "0-99",
        `${answer.request} says Range ${range ?? "nothing"} after 100 bytes, not 0-99`,
      );
      return PASSED;
    },
  },
  {
    id: "push.order",
    title: "a chunk out of order is refused with 416",
    cure: "let the proxy in front of Berth pass the request header Content-Range: without it a chunk in the wrong place is taken for the next one",
    run: async (exam) => {
      const location = await begin(exam, exam.repo);
      const body = sized(exam.fresh(100), 0, 100);
      demandStatus(await patch(exam, location, { body, place: "50-149" }), 416);
      return PASSED;
    },
  },
  {
    id: "push.verify",
    title: "bytes that are not those of the digest are refused",
    cure: "run the doctor against Berth itself, without what stands in front: Berth refuses them, so something on the way answers in its place or changes the query",
    run: async (exam) => {
      const [sent, claimed] = [exam.fresh(100), exam.fresh(100)];
      const location = await begin(exam, exam.repo);
      exam.made.blob(exam.repo, claimed.digest);
      const answer = await close(exam, { location, content: claimed, body: whole(sent) });
      demandStatus(answer, 400);
      return PASSED;
    },
  },
  {
    id: "push.location",
    title: "Location of an upload stays on the registry's own host",
    cure: "keep the proxy in front of Berth from rewriting Location (nginx: proxy_redirect off); Berth sends a path only. oras and helm refuse another host, and regctl a step from https to http",
    run: async (exam) => {
      const { base } = exam.client;
      const answer = await begun(exam, exam.repo);
      const { origin } = locationOf(answer);
      demand(origin === base.origin, `the upload is to go on at ${origin}, not ${base.origin}`);
      // As it stands in the header, where a URL would escape it; and not quoted, since the query is a secret.
      const isPlain = /^[\x21-\x7e]*$/.test(answer.header("location") ?? "");
      demand(isPlain, `${answer.request} answered with a Location that is not plain ASCII`);
      return PASSED;
    },
  },
  {
    id: "push.digest",
    title: "the answer to a push names the digest (Docker-Content-Digest)",
    cure: "let the proxy or CDN in front of Berth pass the answer's header Docker-Content-Digest: older containerd fails without it",
    run: async (exam) => {
      const content = exam.fresh(100);
      const location = await begin(exam, exam.repo);
      exam.made.blob(exam.repo, content.digest);
      const answer = await close(exam, { location, content, body: whole(content) });
      const named = answer.header("docker-content-digest");
      demand(
        named === content.digest,
        `${told(answer)} with Docker-Content-Digest ${named ?? "missing"}, not ${content.digest}`,
      );
      return PASSED;
    },
  },
  {
    id: "push.mount",
    title: "a blob of another repository is mounted without an upload",
    cure: "let the proxy in front of Berth pass the query of a POST (?mount=…&from=…); without it every client uploads again what is there already",
    run: async (exam) => {
      const { repo, made, client } = exam;
      const content = await bring(exam, `${repo}/source`, exam.fresh(100));
      made.blob(repo, content.digest);
      const target = `/v2/${repo}/blobs/uploads/?mount=${content.digest}&from=${repo}/source`;
      const answer = await client.send({ method: "POST", target });
      if (answer.status === 202) made.upload(locationOf(answer));
      demandStatus(answer, 201);
      return PASSED;
    },
  },
  {
    id: "push.cancel",
    title: "an upload can be cancelled",
    cure: "let the method DELETE pass through what stands in front of Berth; until then unfinished uploads stay until they expire (--upload-expiry, on AWS UploadIdleHours)",
    run: async (exam) => {
      const location = await begin(exam, exam.repo);
      demandStatus(await exam.client.send({ method: "DELETE", target: location }), 204);
      return PASSED;
    },
  },
];

/** 100 bytes at the beginning. */
const patchSome = async (exam: Exam, location: URL) =>
  demandStatus(await patch(exam, location, { body: sized(exam.fresh(100), 0, 100), place: "0-99" }), 202);
