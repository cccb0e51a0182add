import { type HttpClient, NoAnswerError } from "../../shared/client/messages.ts";
import { Complaint } from "../complaint.ts";

/** Complaint where nothing answers at /v2/ that may be a registry. */
export async function demandRegistry({ base, send }: Pick<HttpClient, "base" | "send">): Promise<void> {
  const { host } = base;
  const said: string[] = [];
  for (const target of ["/v2/", "/v2"]) {
    try {
      const { status, header } = await send({ method: "GET", target });
      if (status === 200 || status === 401 || status === 403) return;
      const location = header("location");
      said.push(location === undefined ? String(status) : `${status} (go to ${location})`);
    } catch (cause) {
      if (!(cause instanceof NoAnswerError)) throw cause;
      throw new Complaint(`${host} does not answer: ${cause.message}${hintFor(cause.message)}`, { cause });
    }
  }
  throw new Complaint(
    `${host} is no registry: GET /v2/ answered ${said[0]}. Give the address that docker push is given, without a path`,
  );
}

/** What helps where a connection can't be made for this reason; empty where that is not known. */
export function hintFor(message: string): string {
  if (/CERT|SELF_SIGNED|ISSUER/.test(message)) {
    return " (name the certificate authority's file in NODE_EXTRA_CA_CERTS)";
  }
  if (/WRONG_VERSION|EPROTO/.test(message)) return " (try http:// instead of https://)";
  return "";
}
