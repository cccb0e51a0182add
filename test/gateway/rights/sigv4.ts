import { createHash, createHmac } from "node:crypto";

/** AWS Signature Version 4, as the reference "Signature Version 4 for API requests" has it. */

export interface Signable {
  readonly method: string;
  /** as escaped on the wire */
  readonly path: string;
  /** as escaped on the wire, without X-Amz-Signature */
  readonly query: string;
  /** names in lower case */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a client says about its signature, in the Authorization header or in the query. */
export interface Claim {
  readonly place: "header" | "query";
  readonly accessKeyId: string;
  /** date/region/service/aws4_request */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** yyyymmddThhmmssZ */
  readonly time: string;
  readonly payloadHash: string;
}

const EMPTY_HASH = createHash("sha256").digest("hex");

/**
 * Undefined where the request is not signed. `signature`: from the query of a presigned URL; `bodyHash`: of a service
 * whose clients don't tell it in a header.
 */
export function claimOf(
  { query, headers }: Signable,
  {
    signature,
    bodyHash = EMPTY_HASH,
  }: { readonly signature?: string | undefined; readonly bodyHash?: string },
): Claim | undefined {
  const parameters = new URLSearchParams(query);
  if (signature !== undefined) {
    const [accessKeyId = "", ...scope] = (parameters.get("X-Amz-Credential") ?? "").split("/");
    return {
      place: "query",
      accessKeyId,
      scope: scope.join("/"),
      signedHeaders: (parameters.get("X-Amz-SignedHeaders") ?? "").split(";"),
      signature,
      time: parameters.get("X-Amz-Date") ?? "",
      payloadHash: parameters.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD",
    };
  }
  const [, credential, signedHeaders, own] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers["authorization"] ?? "",
    ) ?? [];
  if (credential === undefined || signedHeaders === undefined || own === undefined) return undefined;
  const [accessKeyId = "", ...scope] = credential.split("/");
  return {
    place: "header",
    accessKeyId,
    scope: scope.join("/"),
    signedHeaders: signedHeaders.split(";"),
    signature: own,
    time: headers["x-amz-date"] ?? "",
    payloadHash: headers["x-amz-content-sha256"] ?? bodyHash,
  };
}

/** The signature that a request with this claim has, if its sender knows the secret. */
export function signatureOf(request: Signable, claim: Omit<Claim, "signature">, secret: string): string {
  const canonical = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    ...claim.signedHeaders.map(
      (name) => `${name}:${(request.headers[name] ?? "").trim().replaceAll(/ +/g, " ")}`,
    ),
    "",
    claim.signedHeaders.join(";"),
    claim.payloadHash,
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", claim.time, claim.scope, sha256(canonical)].join("\n");
  const parts = claim.scope.split("/");
  const key = parts.reduce<Buffer | string>((signing, part) => hmac(signing, part), `AWS4${secret}`);
  return hmac(key, text).toString("hex");
}

export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Names and values escaped, in the order of the names' bytes. */
function canonicalQuery(query: string): string {
  const pairs = query.split("&").filter((pair) => pair !== "");
  const split = pairs.map((pair) => pair.split("=", 2)).map(([name = "", value = ""]) => ({ name, value }));
  const sorted = split.toSorted((a, b) => order(a.name, b.name) || order(a.value, b.value));
  return sorted.map(({ name, value }) => `${name}=${value}`).join("&");
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
