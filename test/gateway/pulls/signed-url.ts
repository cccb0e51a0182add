import { type KeyObject, verify } from "node:crypto";

/** What CloudFront takes out of a query before anything else sees it ("Create a signed URL using a canned policy"). */
const OWN = new Set(["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"]);
/** Base64 as CloudFront has it in a query. */
const REPLACED: Readonly<Record<string, string>> = { "-": "+", _: "=", "~": "/" };

export interface SignedUrls {
  /** `scheme://host:port`, as signers know it */
  readonly origin: string;
  /** public keys by the ids that CloudFront gives them */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/** Why CloudFront refuses a request, with 403; undefined where it does not. `now`: milliseconds since 1970. */
export function refusalOf(target: string, now: number, { origin, keys }: SignedUrls): string | undefined {
  const { rest, own } = split(target);
  const [expires, signature, keyId] = ["Expires", "Signature", "Key-Pair-Id"].map((name) => own.get(name));
  if (keyId === undefined) return "MissingKey";
  if (own.has("Policy")) return "the gateway judges no custom policies";
  const key = keys.get(keyId);
  if (key === undefined || expires === undefined || !/^\d+$/.test(expires)) return "InvalidKey";
  const policy = `{"Statement":[{"Resource":"${origin}${rest}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
  const bytes = Buffer.from(
    (signature ?? "").replace(/[-_~]/g, (one) => REPLACED[one] ?? one),
    "base64",
  );
  const hash = own.get("Hash-Algorithm") === "SHA256" ? "sha256" : "sha1";
  if (!verify(hash, Buffer.from(policy), key, bytes))
    return "AccessDenied: the signature is of something else";
  return Number(expires) * 1000 > now ? undefined : "AccessDenied: it has expired";
}

/** Path and query without what CloudFront takes for itself; of that, the last of each name. */
function split(target: string): { readonly rest: string; readonly own: ReadonlyMap<string, string> } {
  const [path = "", query = ""] = target.split("?", 2);
  const pairs = query.split("&").filter((pair) => pair !== "");
  const nameOf = (pair: string): string => pair.split("=", 1)[0] ?? "";
  const kept = pairs.filter((pair) => !OWN.has(nameOf(pair)));
  return {
    rest: kept.length === 0 ? path : `${path}?${kept.join("&")}`,
    own: new Map(
      pairs
        .filter((pair) => OWN.has(nameOf(pair)))
        .map((pair) => [nameOf(pair), pair.slice(nameOf(pair).length + 1)]),
    ),
  };
}
