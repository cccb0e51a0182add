import type { IncomingMessage } from "node:http";
import type { Identity } from "../rights/identities.ts";
import { forward } from "../rights/proxy.ts";
import { signatureOf } from "../rights/sigv4.ts";

export interface BucketOrigin {
  /** where S3 is */
  readonly s3: string;
  readonly bucket: string;
  readonly region: string;
  /** the distribution, as S3 knows it */
  readonly identity: Identity;
}

/** Asks the bucket as CloudFront does with origin access control: it signs every request itself, and hands nothing on. */
export function askBucket(
  { s3, bucket, region, identity }: BucketOrigin,
  method: "GET" | "HEAD",
  path: string,
): Promise<IncomingMessage> {
  const { accessKeyId, secretAccessKey, sessionToken } = identity.credentials;
  const time = `${new Date().toISOString().replaceAll(/[-:]/g, "").slice(0, 15)}Z`;
  const headers: Readonly<Record<string, string>> = {
    host: new URL(s3).host,
    "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    "x-amz-date": time,
    "x-amz-security-token": sessionToken,
  };
  const signedHeaders = Object.keys(headers);
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const target = `/${bucket}${path}`;
  const claim = {
    place: "header",
    accessKeyId,
    scope,
    signedHeaders,
    time,
    payloadHash: "UNSIGNED-PAYLOAD",
  } as const;
  const signature = signatureOf({ method, path: target, query: "", headers }, claim, secretAccessKey);
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  const body = new Uint8Array();
  return forward({ origin: s3, method, target, headers: { ...headers, authorization }, body });
}
