import { createHmac, hash } from "node:crypto";
import type { BlobMethod } from "../../shared/ports/blobs.ts";
import type { Credentials, Place } from "./credentials.ts";
import { createSigningDays, momentOf, SIGNING_ALGORITHM } from "./signing-days.ts";

/**
 * URLs that AWS Signature Version 4 signs in their query (Amazon S3 API Reference, Authenticating Requests: Using Query
 * Parameters). The SDK's presigner gives the same URLs and takes many times as long for one, which a pull would pay.
 */
export interface Presign {
  readonly method: BlobMethod;
  /** of the object, unescaped */
  readonly key: string;
  /** milliseconds since 1970 */
  readonly at: number;
  /** seconds; 1 to 604,800 */
  readonly lifetime: number;
}

interface Signing extends Place {
  readonly bucket: string;
  readonly credentials: Omit<Credentials, "assuredUntil">;
}

/** The body of a GET is empty, and nobody has to vouch for it. */
const PAYLOAD = "UNSIGNED-PAYLOAD";
/** What the SDK says of a GET; S3 takes no notice, but it is signed as all parameters are. */
const OPERATION = { GET: "&x-id=GetObject", HEAD: "" } as const;

/** Answers a function of its argument alone; it keeps the signing key of a day, which costs more than a signature. */
export function createPresigner(signing: Signing): (presign: Presign) => string {
  const { base, host, path } = addressOf(signing);
  const { accessKeyId, sessionToken } = signing.credentials;
  const token = sessionToken === undefined ? "" : `&X-Amz-Security-Token=${escape(sessionToken)}`;
  const dayOf = createSigningDays({ ...signing, service: "s3" });
  return ({ method, key, at, lifetime }) => {
    const moment = momentOf(at);
    const { scope, signingKey } = dayOf(moment);
    // The names in the order of their bytes, as the canonical request wants them.
    const query =
      `X-Amz-Algorithm=${SIGNING_ALGORITHM}&X-Amz-Content-Sha256=${PAYLOAD}` +
      `&X-Amz-Credential=${escape(`${accessKeyId}/${scope}`)}&X-Amz-Date=${moment}&X-Amz-Expires=${lifetime}` +
      `${token}&X-Amz-SignedHeaders=host`;
    const operation = OPERATION[method];
    const target = path + key.split("/").map(escape).join("/");
    const canonical = `${method}\n${target}\n${query}${operation}\nhost:${host}\n\nhost\n${PAYLOAD}`;
    const toSign = `${SIGNING_ALGORITHM}\n${moment}\n${scope}\n${hash("sha256", canonical)}`;
    const signature = createHmac("sha256", signingKey).update(toSign).digest("hex");
    return `${base}${target}?${query}${operation}&X-Amz-Signature=${signature}`;
  };
}

/** Under the bucket's own host name on AWS, under a path on a stand-in, which answers to one name only. */
function addressOf({ region, endpoint, bucket }: Signing) {
  if (endpoint !== undefined) {
    const { host, origin } = new URL(endpoint);
    return { base: origin, host, path: `/${bucket}/` };
  }
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const host = `${bucket}.s3.${region}.${suffix}`;
  return { base: `https://${host}`, host, path: "/" };
}

/** As AWS wants it: everything but letters, digits, '-', '.', '_' and '~'. */
const escape = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
