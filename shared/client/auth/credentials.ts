/** What a client shows to a registry. */
export type Credentials =
  | { readonly kind: "anonymous" }
  | { readonly kind: "password"; readonly name: string; readonly secret: string }
  /** OAuth2's refresh token, as `docker login` keeps where a registry gave one: it only buys bearer tokens */
  | { readonly kind: "identity-token"; readonly token: string }
  /** a bearer token that somebody else has fetched */
  | { readonly kind: "registry-token"; readonly token: string };

/** Asked when a registry wants credentials, and again only where it failed; the host with its port, where that is not the scheme's own. */
export type FindCredentials = (host: string) => Promise<Credentials>;

export const ANONYMOUS: Credentials = { kind: "anonymous" };

/** RFC 7617, in UTF-8 */
export const basic = (name: string, secret: string): string =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;
