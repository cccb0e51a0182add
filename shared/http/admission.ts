import type { Access } from "../access/access.ts";
import { inWords, MissingRight } from "../access/missing-right.ts";
import { type Need, NOTHING } from "../access/rights.ts";
import { type ErrorDetail, OciError } from "../oci/errors.ts";
import type { Authority, ChallengeError, Sender } from "./authority.ts";
import type { HttpRequest } from "./messages.ts";
import { HttpRefusal } from "./refusal.ts";

interface Admission {
  readonly authority: Authority;
  readonly request: HttpRequest;
  /** whether nothing at all is done for who is not known, though it takes no right */
  readonly loginFirst: boolean;
}

const NOBODY: Access = { caller: { name: "anonymous" }, rights: NOTHING };

/**
 * Does `work` with what the sender may do. Where that is not enough, OciError: 401 as long as other credentials could help,
 * else 403, or 404 where somebody looks before they push. Clients take 401 as the advice to get a token with the scope of the
 * challenge, and to ask again.
 */
export async function admit<Result>(
  admission: Admission,
  work: (access: Access) => Promise<Result>,
): Promise<Result> {
  const { authority, request, loginFirst } = admission;
  const sender = await authority.authenticate(request);
  if (loginFirst && sender.kind === "unknown") throw unknownSender(admission, sender, "login");
  try {
    return await work(sender.kind === "known" ? sender.access : NOBODY);
  } catch (error) {
    if (!(error instanceof MissingRight)) throw error;
    if (sender.kind === "unknown") throw unknownSender(admission, sender, error.need);
    if (!error.access.isSettled?.(error.need)) throw unauthorized(admission, error, "insufficient_scope");
    throw isLookBeforePush(request, error) ? new OciError("NAME_UNKNOWN") : error;
  }
}

/**
 * Clients ask by HEAD what is there before they push, and 403 has no words for them then. Where nothing is there for them,
 * they go on, and their POST is allowed, or refused in words.
 */
const isLookBeforePush = ({ method }: HttpRequest, { access, need }: MissingRight): boolean =>
  method === "HEAD" && "repo" in need && access.isSettled?.({ action: "push", repo: need.repo }) === true;

function unknownSender(
  admission: Admission,
  { error }: Extract<Sender, { readonly kind: "unknown" }>,
  need: Need | "login",
): HttpRefusal {
  const message =
    need === "login" ? "authentication required" : `authentication required to ${inWords(need)}`;
  return unauthorized(admission, { need, message }, error);
}

interface Wanted {
  readonly need: Need | "login";
  readonly message: string;
  readonly detail?: ErrorDetail | undefined;
}

function unauthorized(
  { authority, request }: Admission,
  { need, message, detail }: Wanted,
  error?: ChallengeError,
): HttpRefusal {
  const headers = { "WWW-Authenticate": authority.challenge(request, need, error) };
  return new HttpRefusal("UNAUTHORIZED", detail, headers, { message });
}
