import type { Ask, HttpClient } from "../../../shared/client/messages.ts";
import { type Check, demand, demandStatus, PASSED } from "../check.ts";
import type { Exam } from "../exam.ts";
import type { Json } from "../json.ts";
import { type IssuedToken, issuedToken, whereTokensAre, withToken } from "../tokens.ts";

/** seconds: what a token allows can't be taken back before it ends */
const LONGEST = 300;
/** seconds by which the registry's clock may differ from this machine's: tokens last five minutes */
const SKEW = 60;

/** Tokens, as whoever pulls and pushes gets and shows them. */
export const TOKEN_CHECKS: readonly Check[] = [
  {
    id: "token.issue",
    title: "the token endpoint issues a token (on AWS signed by KMS)",
    cure: "on AWS look into the log of the function 'token': it must be allowed kms:Sign on the newest key, which must be enabled, so deploy the stack again; elsewhere look into the registry's log under the time of this run",
    pushes: false,
    run: whereTokensAre(async (exam) => {
      const { claims, answer } = await issuedToken(exam);
      const issued = answer["issued_at"];
      const when = typeof issued === "string" ? `, issued ${issued.slice(0, 40)}` : "";
      const whose = typeof claims["sub"] === "string" ? `for ${claims["sub"].slice(0, 300)}` : "for somebody";
      return { status: "passed", note: `${whose}${when}` };
    }),
  },
  {
    id: "token.form",
    title: "a token is of this registry, signed with ES256, and ends within five minutes",
    cure: "let what the challenge names as realm lead to this registry's own token endpoint; on AWS deploy the stack again, so that all of its functions are told of one service (BERTH_SERVICE)",
    pushes: false,
    run: withToken(async ({ header, claims, answer, service }) => {
      demandValue(header, "alg", "ES256");
      demand(typeof header["kid"] === "string", "the token's header names no key (kid)");
      demandValue(claims, "iss", service);
      demandValue(claims, "aud", service);
      const lifetime = seconds(claims, "exp") - seconds(claims, "iat");
      demand(lifetime > 0 && lifetime <= LONGEST, `the token lasts ${lifetime} s, not ${LONGEST} at most`);
      demandValue(answer, "expires_in", lifetime);
      return { status: "passed", note: `${lifetime} s, key ${header["kid"].slice(0, 60)}` };
    }),
  },
  {
    id: "token.clock",
    title: "the registry's clock and this machine's agree",
    cure: "set the clock that is wrong: clients compute by their own when a token ends, and a login that AWS credentials sign is good for a quarter of an hour",
    pushes: false,
    run: withToken(async ({ claims }, { now }) => {
      const ahead = seconds(claims, "iat") - now() / 1000;
      const told = `${Math.abs(ahead).toFixed(0)} s ${ahead > 0 ? "ahead of" : "behind"} this machine's`;
      demand(Math.abs(ahead) <= SKEW, `the registry's clock is ${told}`);
      return PASSED;
    }),
  },
  {
    id: "token.accepted",
    title: "every function takes the token, whose signature it verifies by itself",
    cure: "on AWS each function must be allowed kms:GetPublicKey on each key that tokens are signed with, so deploy the stack again, and never with fewer tokenKeys than before; elsewhere restart the registry",
    pushes: false,
    run: withToken(async ({ text }, exam) => {
      for (const ask of READS(exam)) {
        const answer = await shown(exam.stranger, ask, text);
        const challenge = answer.header("www-authenticate") ?? "";
        const isRefused = answer.status === 401 && challenge.includes('error="invalid_token"');
        demand(!isRefused, `${answer.request} refuses the token: 401 (invalid_token)`);
        demand(answer.status < 500, `${answer.request} answered ${answer.status} to the token`);
      }
      demandStatus(await shown(exam.stranger, BASE, text), 200);
      return PASSED;
    }),
  },
  {
    id: "token.tampered",
    title: "no function takes a token that was changed, or signed by nobody",
    cure: "close the registry to strangers until this is mended: what answers here does not verify signatures, so it is no Berth, or one that was changed; on AWS deploy the stack again",
    pushes: false,
    run: withToken(async (token, exam) => {
      for (const [what, forged] of forgeriesOf(token)) {
        for (const ask of [BASE, ...READS(exam), ...WRITES(exam)]) {
          const answer = await shown(exam.stranger, ask, forged);
          demand(
            answer.status === 401,
            `${answer.request} answered ${answer.status} to a token ${what}, not 401`,
          );
        }
      }
      return PASSED;
    }),
  },
];

const BASE: Ask = { method: "GET", target: "/v2/" };

/** A request to each function that reads, also to the one behind the routes for deep names. */
const READS = ({ repo, fresh }: Exam): readonly Ask[] => {
  const { digest } = fresh(1);
  const gets = [
    "/v2/_catalog",
    "/v2/_berth/self",
    `/v2/${repo}/tags/list`,
    `/v2/${repo}/manifests/${digest}`,
    `/v2/${repo}/blobs/${digest}`,
    `/v2/${repo}/referrers/${digest}`,
    `/v2/${repo}/c3/c4/c5/c6/c7/c8/c9/c10/tags/list`,
  ];
  return [
    ...gets.map((target) => ({ method: "GET", target })),
    { method: "HEAD", target: `/v2/${repo}/manifests/${digest}` },
  ];
};

/** To those that write; a token that is taken here has left something behind. */
const WRITES = ({ repo, fresh }: Exam): readonly Ask[] => [
  { method: "POST", target: `/v2/${repo}/blobs/uploads/` },
  { method: "DELETE", target: `/v2/${repo}/manifests/${fresh(1).digest}` },
];

const shown = (client: HttpClient, ask: Ask, token: string) =>
  client.send({ ...ask, headers: { Authorization: `Bearer ${token}` } });

/** Tokens that nobody has signed, made of one that is good. */
function forgeriesOf({
  text,
  header,
  claims,
}: IssuedToken): readonly (readonly [what: string, token: string])[] {
  const [head = "", body = "", signature = ""] = text.split(".");
  const bytes = Buffer.from(signature, "base64url");
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  const longer = encoded({ ...claims, exp: FAR_AWAY });
  return [
    ["with another signature", `${head}.${body}.${bytes.toString("base64url")}`],
    ["that was made to last longer", `${head}.${longer}.${signature}`],
    ["that says it has no signature", `${encoded({ ...header, alg: "none" })}.${body}.`],
  ];
}

/** seconds since 1970: in 2100 */
const FAR_AWAY = 4_102_444_800;
const encoded = (part: Json): string => Buffer.from(JSON.stringify(part)).toString("base64url");

function demandValue(of: Json, name: string, value: string | number | undefined): void {
  const found = of[name];
  demand(found === value, `the token has ${name} ${JSON.stringify(found)}, not ${JSON.stringify(value)}`);
}

function seconds(claims: IssuedToken["claims"], name: string): number {
  const value = claims[name];
  demand(typeof value === "number", `the token has no ${name}`);
  return value;
}
