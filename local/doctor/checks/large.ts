import { NoAnswerError } from "../../../shared/client/messages.ts";
import { sizeText } from "../../sizes.ts";
import { type Check, Finding, PASSED } from "../check.ts";
import type { Exam } from "../exam.ts";
import { PUSH_METHODS } from "../push.ts";

type Method = keyof typeof PUSH_METHODS;

const WHOLE_BODY_CURE =
  "before the embedded registry: nginx client_max_body_size 0 and proxy_request_buffering off, and no limit on the time of a request. On AWS one request carries about 4 MB (Lambda's limit is 6 MB of base64, API Gateway's 10 MB), which no setting raises: push larger layers in chunks (regctl does), and prove what is within the limit with --large-size 4m";

/** Every way in which a blob is pushed, with much in it; each content is new, so that nothing is there already. */
export const LARGE_CHECKS: readonly Check[] = [
  largeCheck("put", "a large blob is pushed by POST and PUT (containerd, oras, helm)"),
  largeCheck("post", "a large blob is pushed by one POST"),
  largeCheck("patch", "a large blob is pushed by PATCH with its length (podman, skopeo, crane)"),
  largeCheck("stream", "a large blob is pushed by PATCH without a length (docker): a chunked body"),
  {
    id: "large.chunks",
    title: "a large blob is pushed in chunks of at most 4 MiB with Content-Range (regctl)",
    cure: "let bodies of 4 MiB and the request header Content-Range through what stands in front of Berth (nginx: client_max_body_size 0)",
    run: (exam) => pushLarge(exam, "chunks", exam.largeSize),
  },
];

function largeCheck(method: Method, title: string): Check {
  return {
    id: `large.${method}`,
    title,
    cure: WHOLE_BODY_CURE,
    run: async (exam) => {
      try {
        return await pushLarge(exam, method, exam.largeSize);
      } catch (error) {
        if (!(error instanceof Finding) && !(error instanceof NoAnswerError)) throw error;
        const passed = await findPassing(exam, method);
        const problem = `a body of ${sizeText(exam.largeSize)}: ${error.message}`;
        if (passed === undefined) {
          const cure = `it is not the size: mend push.${method} first`;
          throw new Finding(`${problem}; ${sizeText(LEAST_TRIED)} do not pass either`, cure);
        }
        throw new Finding(`${problem}; ${sizeText(passed)} pass, ${sizeText(passed * 2)} do not`);
      }
    },
  };
}

async function pushLarge(exam: Exam, method: Method, size: number): Promise<typeof PASSED> {
  const content = exam.fresh(size);
  await PUSH_METHODS[method](exam, exam.repo, content);
  exam.pushedLarge.set(method, content);
  return PASSED;
}

/** Below this, it is not the size that hinders. */
const LEAST_TRIED = 64 * 1024;

/** The first half, quarter, … of a large blob that can be pushed: bytes. */
async function findPassing(exam: Exam, method: Method): Promise<number | undefined> {
  for (let size = Math.floor(exam.largeSize / 2); size >= LEAST_TRIED; size = Math.floor(size / 2)) {
    try {
      await PUSH_METHODS[method](exam, exam.repo, exam.fresh(size));
      return size;
    } catch (error) {
      if (!(error instanceof Finding) && !(error instanceof NoAnswerError)) throw error;
    }
  }
  return undefined;
}
