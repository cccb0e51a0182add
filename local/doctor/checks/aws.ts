import type { Answer } from "../../../shared/client/messages.ts";
import { AWS_NAME } from "../../../shared/identities/credentials.ts";
import { registryHost } from "../../../shared/identities/registry-host.ts";
import { stsVerdict } from "../aws.ts";
import { Blocked, type Check, demand, demandStatus, Finding } from "../check.ts";
import type { Exam } from "../exam.ts";
import { objectIn } from "../json.ts";
import { type IssuedToken, reasonIn, requestToken, tokenIn, withToken } from "../tokens.ts";

/** Whoever has AWS credentials, as docker-credential-berth shows them. */
export const AWS_CHECKS: readonly Check[] = [
  {
    id: "aws.login",
    title: "the AWS credentials at hand log in, and AWS STS says whose they are",
    cure: "let the registry reach the hosts of AWS STS (sts.amazonaws.com, sts.<region>.amazonaws.com) at 443; where nobody is to log in so, leave this check out with --no-aws",
    pushes: false,
    run: withToken(async (doctorsToken, exam) => {
      const registry = registryHost(exam.stranger.base.host) ?? "";
      const login = await exam.aws.login(registry, exam.now());
      if (login.kind === "none") return { status: "inapplicable", why: login.why };
      const answer = await requestToken(exam, { ...login, name: AWS_NAME }, scopesFor(exam));
      if (answer.status !== 200) throw await refusal(exam, answer, { ...login, doctorsToken, registry });
      const token = await tokenIn(exam, answer);
      return { status: "passed", note: `${await callerOf(exam, token)}: ${mayWhat(exam, token)}` };
    }),
  },
];

const scopesFor = ({ repo }: Exam): readonly string[] => [
  "registry:catalog:*",
  `repository:${repo}:pull,push,delete`,
];

/** Who it is for the registry, by the word of another function than the one that issued the token. */
async function callerOf({ stranger }: Exam, { text, claims }: IssuedToken): Promise<string> {
  const headers = { Authorization: `Bearer ${text}` };
  const answer = await stranger.send({ method: "GET", target: "/v2/_berth/self", headers });
  if (answer.status === 401) throw new Blocked("the token that they get is not taken: see token.accepted");
  const { caller } = objectIn(demandStatus(answer, 200).body.toString());
  demand(
    typeof caller === "string" && caller.startsWith(`${AWS_NAME}:`) && caller === claims["sub"],
    `${answer.request} knows the caller as ${JSON.stringify(caller)}, and their token is for ${JSON.stringify(claims["sub"])}`,
  );
  return caller;
}

interface Entry {
  readonly type: string;
  readonly actions: readonly string[];
}

/** What their token says of it. */
function mayWhat({ repo }: Exam, { claims }: IssuedToken): string {
  const entries = (Array.isArray(claims["access"]) ? claims["access"] : []) as readonly Entry[];
  const here = entries.filter(({ type }) => type === "repository").flatMap(({ actions }) => actions);
  const pulls = Array.isArray(claims["searches"]) ? (claims["searches"] as readonly string[]) : [];
  if (here.length > 0) return `may ${here.join(", ")} in ${repo}`;
  if (pulls.length > 0) return `may pull ${pulls.join(", ")}, and nothing in ${repo}`;
  const arn = String(claims["sub"]).slice(AWS_NAME.length + 1);
  return `no rule of the policy lets them do anything here; one that does needs who: { aws: "${arn}" }`;
}

interface Shown {
  readonly doctorsToken: IssuedToken;
  readonly secret: string;
  readonly registry: string;
}

/** seconds beyond which a signed login is none any more */
const LATE = 5 * 60;

/** Why the registry refused. It tells a caller no more than that; so STS is asked from here as well. */
async function refusal(
  exam: Exam,
  answer: Answer,
  { doctorsToken, secret, registry }: Shown,
): Promise<Error> {
  const reason = reasonIn(answer.body.toString());
  const what = `the registry refuses them: ${answer.status}${reason === undefined ? "" : ` (${reason})`}`;
  if (answer.status !== 401) return new Finding(what);
  const skew = Number(doctorsToken.claims["iat"]) - exam.now() / 1000;
  if (Math.abs(skew) > LATE) return new Blocked(`${what}, as the clocks differ: mend token.clock first`);
  const verdict = await stsVerdict(exam.aws.fetch, secret);
  switch (verdict.kind) {
    case "known":
      return new Finding(
        `${what}, while STS knows them as ${verdict.arn}`,
        `let the registry know that it is called ${registry}, for which they were signed: --public-url https://${registry}, on AWS a domain of the stack's; and let its clock be right`,
      );
    case "refused":
      return new Finding(
        `STS refuses the AWS credentials at hand: ${verdict.reason}`,
        "get new AWS credentials (aws sso login, or another AWS_PROFILE): aws sts get-caller-identity tells whether they are good; or leave this check out with --no-aws",
      );
    case "away":
      return new Finding(`${what}; why, STS can't be asked from here: ${verdict.reason}`);
  }
}
