/** Where blobs are pulled: from the bucket itself, or from a CloudFront distribution before it. */
export type PullPlace =
  | { readonly kind: "bucket" }
  | {
      readonly kind: "edge";
      /** `https://` and the distribution's host */
      readonly origin: string;
      /** CloudFront's name of the public key that the distribution verifies signatures with */
      readonly keyId: string;
      /** the key: DER (SubjectPublicKeyInfo) in base64 */
      readonly publicKey: string;
      /** name of the parameter of AWS Systems Manager that holds its private key */
      readonly parameter: string;
    };

const EDGE = /^(https?:\/\/[^/?#\s]+) ([\w-]+) ([A-Za-z0-9+/]+=*) ([\w./-]+)$/;

/** As the stack writes it: nothing for the bucket, else the four words of an edge. Undefined for what is neither. */
export function parsePullPlace(text: string): PullPlace | undefined {
  if (text === "") return { kind: "bucket" };
  const [, origin, keyId, publicKey, parameter] = EDGE.exec(text) ?? [];
  if (!origin || !keyId || !publicKey || !parameter) return undefined;
  return { kind: "edge", origin, keyId, publicKey, parameter };
}

export type PullEdge = Extract<PullPlace, { readonly kind: "edge" }>;
