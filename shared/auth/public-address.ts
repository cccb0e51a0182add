import type { HttpRequest } from "../http/messages.ts";
import { OciError } from "../oci/errors.ts";

/** How clients reach this registry. */
export type PublicAddress =
  /** `https://host`, whatever they say */
  | { readonly kind: "fixed"; readonly origin: string }
  /** as they say it; `scheme` is what this process itself speaks */
  | { readonly kind: "asked"; readonly scheme: "http" | "https" };

/** RFC 3986 § 3.2.2: a name or an address with a port, and nothing that ends a quoted string. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * Where the client of this request finds it again: `https://host:port`. A client only ever hears of the host that it
 * named itself. Where a proxy says that it spoke HTTPS, it is believed: a lie would only lead its teller to HTTPS.
 * MALFORMED_REQUEST where the host is none.
 */
export function originOf(request: HttpRequest, address: PublicAddress): string {
  if (address.kind === "fixed") return address.origin;
  const host = request.header("host") ?? "";
  if (!HOST.test(host)) throw new OciError("MALFORMED_REQUEST", { reason: "the header Host names no host" });
  // Of several proxies, the first that the client has met comes first.
  const [forwarded = ""] = (request.header("x-forwarded-proto") ?? "").split(",");
  const isHttps = address.scheme === "https" || forwarded.trim().toLowerCase() === "https";
  return `${isHttps ? "https" : "http"}://${host}`;
}
