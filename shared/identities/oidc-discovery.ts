import { type Bounds, boundedFetch, type Fetch, OutsideTrouble } from "./bounded-fetch.ts";
import { type IssuerKeys, issuerKeys } from "./oidc-token.ts";

export interface Discovery extends Bounds {
  readonly fetch: Fetch;
  /** also issuers at `http://` on this machine: for tests */
  readonly loopback: boolean;
}

const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Asks an issuer for its keys (OpenID Connect Discovery § 4). They may lie on another host, as Google's do: the issuer
 * names it over HTTPS. Throws an OutsideTrouble where there is nothing that can be used.
 */
export async function discoverKeys(discovery: Discovery, issuer: string): Promise<IssuerKeys> {
  const description = await fetchJson(
    discovery,
    `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
  );
  const { issuer: named, jwks_uri: keysAt, id_token_signing_alg_values_supported: published } = description;
  // § 4.3: it MUST be the issuer that was asked, exactly
  if (named !== issuer) throw new OutsideTrouble("its discovery document is another issuer's");
  if (typeof keysAt !== "string") throw new OutsideTrouble("its discovery document names no keys");
  const keySet = await fetchJson(discovery, keysAt);
  try {
    return issuerKeys(Array.isArray(published) ? published.map(String) : [], keySet);
  } catch (cause) {
    throw new OutsideTrouble("its keys are no JSON Web Key Set", { cause });
  }
}

async function fetchJson(discovery: Discovery, address: string): Promise<Readonly<Record<string, unknown>>> {
  const url = urlOf(address, discovery.loopback);
  const { status, text } = await boundedFetch(discovery.fetch, url, discovery);
  if (status !== 200) throw new OutsideTrouble(`${url.host} answers ${status} to GET ${url.pathname}`);
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) {
    throw new OutsideTrouble(`${url.host} answers no JSON object to GET ${url.pathname}`);
  }
  return { ...value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function urlOf(address: string, loopback: boolean): URL {
  const url = URL.parse(address);
  const encrypted = url?.protocol === "https:";
  const near = loopback && url?.protocol === "http:" && LOOPBACK.has(url.hostname);
  if (!url || !(encrypted || near) || url.username !== "" || url.password !== "") {
    throw new OutsideTrouble("only https URLs are asked for keys");
  }
  return url;
}
