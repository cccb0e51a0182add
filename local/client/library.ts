/** What `import … from "berth/client"` gives: docs/client.md. */
import type { Credentials } from "../../shared/client/auth/credentials.ts";
import type { TrustRealm } from "../../shared/client/auth/realm.ts";
import { createHttpClient } from "../../shared/client/http-client.ts";
import { createRegistryClient, type RegistryClient } from "../../shared/client/registry-client.ts";
import { systemClock } from "../system-clock.ts";
import { dockerCredentials } from "./docker-config.ts";
import { isThisMachine } from "./this-machine.ts";

export interface OpenOptions {
  /** those of `docker login`, where they are not given */
  readonly credentials?: Credentials;
  /** whether credentials may go to a token server on another host; no, where it is not given */
  readonly trust?: TrustRealm;
  /** milliseconds in which nothing moves on a connection, after which a request is given up; a minute */
  readonly timeout?: number;
  /** ends whatever is under way */
  readonly signal?: AbortSignal;
  /** of a request, the first one among them; 8 */
  readonly tries?: number;
  /** told, for people, why something is tried again */
  readonly say?: (line: string) => void;
}

const MINUTE = 60_000;

/**
 * A client for the registry at `address`: `host[:port]`, as image names have it, or a URL. HTTPS, but for this machine and
 * for `http://`. TypeError where that is no address.
 */
export function openRegistry(address: string, options: OpenOptions = {}): RegistryClient {
  const { credentials, trust, timeout = MINUTE, signal, tries, say } = options;
  return createRegistryClient({
    http: createHttpClient({ base: baseOf(address), timeout, ...(signal && { signal }) }),
    credentials: credentials ? async () => credentials : dockerCredentials(process.env),
    ...(trust && { trust }),
    clock: systemClock,
    ...(tries !== undefined && { tries }),
    ...(say && { say }),
  });
}

function baseOf(address: string): URL {
  if (/^https?:\/\//.test(address)) return new URL("/", address);
  const url = new URL(`https://${address}/`);
  return isThisMachine(url.hostname) ? new URL(`http://${address}/`) : url;
}

export type { Credentials, FindCredentials } from "../../shared/client/auth/credentials.ts";
export type { TrustRealm } from "../../shared/client/auth/realm.ts";
export { type Content, contentOf, type Outgoing } from "../../shared/client/content.ts";
export { DamagedError, RegistryFailure, RegistryRefusal } from "../../shared/client/failures.ts";
export { createHttpClient, type HttpClientOptions } from "../../shared/client/http-client.ts";
export type { OutgoingManifest } from "../../shared/client/manifests.ts";
export { type HttpClient, NoAnswerError } from "../../shared/client/messages.ts";
export {
  createRegistryClient,
  type PushOptions,
  type RegistryClient,
  type RegistryClientOptions,
} from "../../shared/client/registry-client.ts";
export type { Descriptor } from "../../shared/oci/descriptor.ts";
export { type Digest, parseDigest } from "../../shared/oci/digest.ts";
export { parseRepoName, parseTag, type RepoName, type Tag } from "../../shared/oci/names.ts";
export { parseReference, type Reference } from "../../shared/oci/reference.ts";
export type { Manifest, ManifestInfo } from "../../shared/registry/registry.ts";
export { dockerCredentials } from "./docker-config.ts";
