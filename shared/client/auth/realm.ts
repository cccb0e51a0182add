import { RegistryRefusal } from "../failures.ts";

/** Whether credentials for `registry` may go to a token server on another host. */
export type TrustRealm = (realm: URL, registry: URL) => boolean;

/** Token servers that are known to belong to a registry of another name. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ["registry-1.docker.io", "auth.docker.io"],
  ["index.docker.io", "auth.docker.io"],
  ["registry.gitlab.com", "gitlab.com"],
]);

/** Nobody's public token server: a registry could have its client knock at doors that it can't reach itself. */
const NUMERIC = /^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/**
 * The address of the token server that a challenge of `registry` names. It is on the registry's own host, or one that is
 * known for it, or one that `trust` accepts: a challenge can be forged, and whoever answers it shows the registry's
 * credentials (CVE-2026-33540). Without credentials, any named host will do. RegistryRefusal
 */
export function realmOf(
  text: string | undefined,
  registry: URL,
  { trust, secret }: { readonly trust: TrustRealm; readonly secret: boolean },
): URL {
  const realm = URL.parse(text ?? "");
  if (realm === null || !["http:", "https:"].includes(realm.protocol)) {
    throw refusal(
      `${registry.host} asks for a token from '${(text ?? "").slice(0, 200)}', which is no address`,
    );
  }
  if (registry.protocol === "https:" && realm.protocol !== "https:") {
    throw refusal(`${registry.host} asks for a token from ${realm.origin}, which has no encryption`);
  }
  const isKnown =
    realm.host === registry.host || KNOWN.get(registry.host) === realm.host || trust(realm, registry);
  if (isKnown || !(secret || NUMERIC.test(realm.hostname))) return realm;
  throw refusal(
    `${registry.host} wants its credentials sent to ${realm.host}, which is another host: nothing was sent. Say that ${realm.host} is trusted, if it is`,
  );
}

const refusal = (message: string): RegistryRefusal =>
  new RegistryRefusal(message, { status: 401, reason: "UNAUTHORIZED" });
