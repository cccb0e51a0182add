import { parseChallenges } from "../../shared/client/auth/challenges.ts";
import type { Credentials } from "../../shared/client/auth/credentials.ts";
import { realmOf } from "../../shared/client/auth/realm.ts";
import { askForToken } from "../../shared/client/auth/token.ts";
import type { Answer } from "../../shared/client/messages.ts";
import { Blocked, demand, Finding, type Verdict } from "./check.ts";
import { type Exam, oncePerExam } from "./exam.ts";
import { type Json, objectIn } from "./json.ts";

/** A token with the answer that brought it: a JWT in its parts, for who looks into what they may not verify. */
export interface IssuedToken {
  readonly text: string;
  readonly header: Json;
  readonly claims: Json;
  /** the whole answer */
  readonly answer: Json;
  /** as the challenge names it */
  readonly service: string | undefined;
}

/** What a registry's challenge says of its tokens; or why there is none to look at. */
type TokenServer =
  | { readonly kind: "server"; readonly realm: string | undefined; readonly service: string | undefined }
  | { readonly kind: "none"; readonly why: string };

type Login = Exclude<Credentials, { readonly kind: "registry-token" }>;

/** What makes a token one of Berth's: RFC 8725 § 3.11. */
const TYPE = "berth-access+jwt";

const tokenServerOf = oncePerExam(async ({ stranger }: Exam): Promise<TokenServer> => {
  const answer = await stranger.send({ method: "GET", target: "/v2/" });
  if (answer.status !== 401)
    return { kind: "none", why: "the registry is open: it asks nobody for credentials" };
  const challenges = parseChallenges(answer.header("www-authenticate"));
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer === undefined) return { kind: "none", why: "the registry does not ask for tokens" };
  const { parameters } = bearer;
  return { kind: "server", realm: parameters.get("realm"), service: parameters.get("service") };
});

/** A request for a token with these scopes, and whatever becomes of it. Blocked where there is nobody to ask. */
export async function requestToken(
  exam: Exam,
  credentials: Login,
  scopes: readonly string[],
): Promise<Answer> {
  const server = await tokenServerOf(exam);
  if (server.kind === "none") throw new Blocked(server.why);
  const { stranger, trust } = exam;
  const secret = credentials.kind !== "anonymous";
  const realm = realmOf(server.realm, stranger.base, { trust, secret });
  return stranger.send(askForToken({ realm, service: server.service, scopes, credentials }));
}

/** The token in a 200. Finding where there is none. */
export async function tokenIn(exam: Exam, answer: Answer): Promise<IssuedToken> {
  const fields = objectIn(answer.body.toString());
  const text = fields["token"] ?? fields["access_token"];
  demand(typeof text === "string" && text !== "", `${answer.request} answered 200 without a token`);
  const [header = "", claims = ""] = text.split(".");
  const server = await tokenServerOf(exam);
  return {
    text,
    header: objectIn(Buffer.from(header, "base64url").toString()),
    claims: objectIn(Buffer.from(claims, "base64url").toString()),
    answer: fields,
    service: server.kind === "server" ? server.service : undefined,
  };
}

const repositoryScope = ({ repo }: Exam): string => `repository:${repo}:pull,push`;

/** The token for the doctor's own login, asked for by the first check that needs it. Finding, Blocked */
export const issuedToken = oncePerExam(async (exam: Exam): Promise<IssuedToken> => {
  const credentials = await exam.credentials(exam.stranger.base.host);
  if (credentials.kind === "registry-token")
    throw new Blocked("the doctor's login is a token itself, which somebody else has fetched");
  const answer = await requestToken(exam, credentials, [repositoryScope(exam)]);
  if (answer.status !== 200) throw refusedToken(answer, credentials);
  return tokenIn(exam, answer);
});

/** Wrong credentials are the doctor's trouble; everything else is the registry's. */
function refusedToken({ status, url, body }: Answer, credentials: Login): Error {
  if (status === 400 || status === 401 || status === 403) {
    const why = credentials.kind === "anonymous" ? "it wants a login" : "the credentials are not right there";
    return new Blocked(`${url.host} gives no token (${status}): ${why}`);
  }
  const reason = reasonIn(body.toString());
  return new Finding(`${url.host} gives no token: it answers ${status}${reason ? ` (${reason})` : ""}`);
}

/** What Berth says of its refusals; nothing else of an answer, where what was shown could be quoted. */
export function reasonIn(body: string): string | undefined {
  const { errors } = objectIn(body);
  const [first] = Array.isArray(errors) ? (errors as readonly Json[]) : [];
  const { reason } = objectIn(JSON.stringify(first?.["detail"] ?? null));
  return typeof reason === "string" ? reason.slice(0, MOST_TOLD) : undefined;
}
const MOST_TOLD = 300;

/** Looks at the doctor's token, where that is one of Berth's: whether there is one at all, `token.issue` judges. */
export const withToken =
  (look: (token: IssuedToken, exam: Exam) => Promise<Verdict>) =>
  async (exam: Exam): Promise<Verdict> => {
    const server = await tokenServerOf(exam);
    if (server.kind === "none") return { status: "inapplicable", why: server.why };
    const token = await issuedToken(exam).catch((error: unknown) => {
      throw error instanceof Finding ? new Blocked(`there is no token: ${error.message}`) : error;
    });
    if (token.header["typ"] !== TYPE)
      return { status: "inapplicable", why: "the registry's tokens are none of Berth's" };
    return look(token, exam);
  };

/** The same, of the token's making. */
export const whereTokensAre =
  (look: (exam: Exam) => Promise<Verdict>) =>
  async (exam: Exam): Promise<Verdict> => {
    const server = await tokenServerOf(exam);
    return server.kind === "none" ? { status: "inapplicable", why: server.why } : look(exam);
  };
