import type { Answer } from "../../../shared/client/messages.ts";
import { type Check, demand, PASSED, type Verdict } from "../check.ts";
import type { Exam } from "../exam.ts";
import { redirectOf } from "../pull.ts";

const NONE: Verdict = { status: "inapplicable", why: "the registry sends blobs itself, without a redirect" };

type Judge = (redirect: { answer: Answer; url: URL }, exam: Exam) => Verdict | Promise<Verdict>;

const onRedirect = (judge: Judge) => async (exam: Exam) => {
  const redirect = await redirectOf(exam);
  return redirect ? judge(redirect, exam) : NONE;
};

/** Seconds: the longest life of a signed URL. */
const MOST_SECONDS = 900;

/** Seconds: S3 has them in its URLs, and CloudFront the moment of their end, by the clock of who answered. */
function lifetimeOf({ searchParams }: URL, { header }: Answer): number | undefined {
  const [own, end] = [searchParams.get("X-Amz-Expires"), searchParams.get("Expires")];
  if (own !== null) return Number(own);
  return end === null ? undefined : Number(end) - Math.floor(Date.parse(header("date") ?? "") / 1000);
}

/** Where a pull of a blob is sent to. */
export const REDIRECT_CHECKS: readonly Check[] = [
  {
    id: "redirect.status",
    title: "the redirect of a pull is temporary (307)",
    cure: "keep what stands in front of Berth from changing the status 307: a permanent redirect is remembered, and its URL expires",
    run: onRedirect(({ answer }) => {
      demand([302, 303, 307].includes(answer.status), `${answer.request} answered ${answer.status}, not 307`);
      return PASSED;
    }),
  },
  {
    id: "redirect.host",
    title: "the redirect leads to a host that clients take for another",
    cure: "serve blobs under a host name that is neither the registry's nor below it: clients in Go send the registry's credentials to those too, and S3 refuses a request with both",
    run: onRedirect(({ answer, url }, { client }) => {
      const own = client.base.hostname;
      const isOwn = url.hostname === own || url.hostname.endsWith(`.${own}`);
      demand(!isOwn, `${answer.request} redirects to ${url.host}`);
      return PASSED;
    }),
  },
  {
    id: "redirect.expiry",
    title: "the URL of the redirect lives 15 minutes at most",
    cure: "deploy the stack again: its functions sign URLs for at most 900 seconds; a cache in front must not keep redirects",
    run: onRedirect(({ answer, url }) => {
      const seconds = lifetimeOf(url, answer);
      demand(
        seconds !== undefined,
        `${answer.request} redirects to a URL that does not say when it expires (X-Amz-Expires, Expires)`,
      );
      const isShort = seconds > 0 && seconds <= MOST_SECONDS;
      demand(
        isShort,
        `${answer.request} redirects to a URL that lives ${seconds} seconds, not ${MOST_SECONDS} at most`,
      );
      return { status: "passed", note: `${seconds} s` };
    }),
  },
  {
    id: "redirect.signature",
    title: "without the signature of its URL, a blob is refused",
    cure: "close the bucket: turn on Block Public Access and remove what else lets everyone read it; the stack does both, so deploy it again",
    run: onRedirect(async ({ url }, { client }) => {
      const bare = new URL(url);
      bare.search = "";
      const { status, request } = await client.send({ method: "GET", target: bare });
      demand(
        status >= 400 && status < 500,
        `${request} without its query answered ${status}: everyone can read it`,
      );
      return PASSED;
    }),
  },
];
