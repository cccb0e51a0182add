import { RegistryFailure, RegistryRefusal } from "./failures.ts";
import type { Answer, AnswerHead, Body } from "./messages.ts";
import { detailIn, reasonOf } from "./reasons.ts";
import { told } from "./told.ts";

export const bodyOf = (bytes: Uint8Array): Body => ({ chunks: [bytes], length: bytes.length });

export const isFine = ({ status }: AnswerHead): boolean => status >= 200 && status < 300;

export const isRedirect = ({ status }: AnswerHead): boolean => [301, 302, 303, 307, 308].includes(status);

/** What an answer means that is not the one that was hoped for. */
export function refused(answer: Answer): RegistryRefusal | RegistryFailure {
  const { status, url } = answer;
  const what = told(answer);
  const location = answer.header("location");
  if (status >= 500 || status === 429) return new RegistryFailure(what);
  const detail = detailIn(answer);
  const refusal = { status, reason: reasonOf(answer), ...(detail && { detail }) };
  if (status === 401) return new RegistryRefusal(`${what}: it wants a login, or another one`, refusal);
  if (status === 413) return new RegistryRefusal(`${what}: it takes no larger body`, refusal);
  if (isRedirect(answer) && location !== undefined) {
    const origin = URL.parse(location, url.href)?.origin ?? "nowhere";
    return new RegistryRefusal(`${what}: it sends us to ${origin}; go there`, refusal);
  }
  return new RegistryRefusal(what, refusal);
}

/** The answer, where it is fine. Throws what it means otherwise. */
export function demandFine(answer: Answer): Answer {
  if (isFine(answer)) return answer;
  throw refused(answer);
}

/**
 * Where an answer points, kept as it is: its query may be a secret. RegistryFailure where there is no such place;
 * RegistryRefusal where it would go over the line without encryption.
 */
export function locationOf({ request, status, url, header }: AnswerHead): URL {
  const text = header("location");
  const location = URL.parse(text ?? "", url.href);
  if (text === undefined || location === null) {
    throw new RegistryFailure(`${request} answered ${status} without a usable Location`);
  }
  if (url.protocol === "https:" && location.protocol !== "https:") {
    throw new RegistryRefusal(
      `${request} answered ${status} and leads from https to ${location.protocol}//${location.host}`,
      { status, reason: "UNSUPPORTED" },
    );
  }
  return location;
}
