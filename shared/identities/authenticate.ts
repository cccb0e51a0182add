import type { Identity } from "../access/identity.ts";
import type { Item } from "../ports/table.ts";
import { optionalText } from "../registry/attributes.ts";
import { type AccessKeyId, keys } from "../registry/keyspace.ts";
import { generationOf, identityOf, isGood, ownerOf } from "./access-key.ts";
import { accessKeyIdOf, isAccessKeyId } from "./access-key-secret.ts";
import { type IdentityPorts, isAccountName } from "./account.ts";
import type { Authenticate, Credentials } from "./credentials.ts";
import type { Passwords } from "./passwords.ts";

export interface Authentication {
  /**
   * Who the credentials are of: a name with a password or with the secret of an access key of its owner. It is as much
   * work to refuse an unknown name as a wrong secret. TOOMANYREQUESTS where too many passwords wait to be checked
   */
  readonly authenticate: Authenticate;
  /** The identity as it is now, for as long as the secret that once proved it is good: a refresh token asks. */
  readonly again: (identity: Identity) => Promise<Identity | "unknown">;
}

export function createAuthentication(ports: IdentityPorts, passwords: Passwords): Authentication {
  return {
    authenticate: async (credentials) => {
      const id = accessKeyIdOf(credentials.secret);
      return id === undefined
        ? byPassword(ports, passwords, credentials)
        : byAccessKey(ports, id, credentials);
    },
    again: async (identity) => {
      if (identity.kind !== "person" && identity.kind !== "robot") return "unknown";
      const { name, proof = "" } = identity;
      const [kind, id = "", generation] = proof.split(":");
      if (kind === "password") return againByPassword(ports, name, proof);
      if (kind !== "key" || !isAccessKeyId(id)) return "unknown";
      const item = await ports.table.get(keys.accessKey(id), "strong");
      if (!item || !isOwner(item, identity)) return "unknown";
      return isGood(item, Number(generation), ports.clock.now()) ? identityOf(item, proof) : "unknown";
    },
  };
}

async function byAccessKey(
  { table, clock }: IdentityPorts,
  id: AccessKeyId,
  { name, secret }: Credentials,
): Promise<Identity | "unknown"> {
  const item = await table.get(keys.accessKey(id), "strong");
  const generation = generationOf(item, secret, clock.now());
  if (!item || generation === undefined || ownerOf(item).name !== name) return "unknown";
  return identityOf(item, `key:${id}:${generation}`);
}

const isOwner = (item: Item, { kind, name }: { kind: string; name: string }): boolean => {
  const owner = ownerOf(item);
  return owner.kind === kind && owner.name === name;
};

async function byPassword(
  { table }: IdentityPorts,
  passwords: Passwords,
  { name, secret, from }: Credentials,
): Promise<Identity | "unknown"> {
  const item = isAccountName(name) ? await table.get(keys.person(name), "strong") : undefined;
  const matches = await passwords.matches(secret, item && optionalText(item, "password"), from);
  const proof = item && optionalText(item, "proof");
  return matches && proof !== undefined ? { kind: "person", name, proof: `password:${proof}` } : "unknown";
}

async function againByPassword(
  { table }: IdentityPorts,
  name: string,
  proof: string,
): Promise<Identity | "unknown"> {
  const item = isAccountName(name) ? await table.get(keys.person(name), "strong") : undefined;
  const current = item && optionalText(item, "proof");
  return current !== undefined && proof === `password:${current}`
    ? { kind: "person", name, proof }
    : "unknown";
}
