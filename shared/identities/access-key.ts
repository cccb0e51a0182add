import type { Identity } from "../access/identity.ts";
import type { Grant } from "../access/rights.ts";
import { OciError } from "../oci/errors.ts";
import type { Attributes, Delete, Item } from "../ports/table.ts";
import { numberOf, optionalBytes, optionalText, textOf } from "../registry/attributes.ts";
import { type AccessKeyId, type AccountName, keys } from "../registry/keyspace.ts";
import { type AccessKeySecret, isHashOf } from "./access-key-secret.ts";
import type { Account } from "./account.ts";

/** So many of one owner, the expired ones among them, that all go in one transaction with it. */
export const MOST_ACCESS_KEYS = 40;

/** An access key as lists tell it: all but its secret. Times are milliseconds since 1970. */
export interface AccessKey {
  readonly id: AccessKeyId;
  readonly owner: Account;
  /** unique among those of its owner */
  readonly name: string;
  readonly created: number;
  /** who added it */
  readonly actor: string;
  /** the first moment at which it is good for nothing; never, where it is not given */
  readonly expires?: number;
  /** what it narrows its owner's rights to; to all of them, where it is not given */
  readonly limits?: readonly Grant[];
  /** until when the secret before the last rotation is good as well */
  readonly oldSecretUntil?: number;
}

/** The only time that the secret is told. */
export interface NewAccessKey {
  readonly accessKey: AccessKey;
  readonly secret: AccessKeySecret;
}

/**
 * The item: kind, owner, name, created, actor, hash (of the secret), generation (of the secret: raised by rotations),
 * until, limits (JSON of what was checked when it came), oldHash, oldUntil. It is not named `expires`, because the store
 * would drop it then, and its owner should still see why it does not work.
 */
export function accessKeyOf(id: AccessKeyId, item: Item): AccessKey {
  const expires = optionalNumber(item, "until");
  const oldSecretUntil = optionalNumber(item, "oldUntil");
  const limits = limitsOf(item);
  return {
    id,
    owner: ownerOf(item),
    name: textOf(item, "name"),
    created: numberOf(item, "created"),
    actor: textOf(item, "actor"),
    ...(expires !== undefined && { expires }),
    ...(limits && { limits }),
    ...(oldSecretUntil !== undefined && { oldSecretUntil }),
  };
}

export const ownerOf = (item: Item): Account => ({
  kind: textOf(item, "kind") === "person" ? "person" : "robot",
  name: textOf(item, "owner") as AccountName,
});

/** The attributes of a new one. */
export const attributesOf = (
  { owner, name, created, actor, expires, limits }: AccessKey,
  hash: Uint8Array,
): Attributes => ({
  kind: owner.kind,
  owner: owner.name,
  name,
  created,
  actor,
  hash,
  generation: 1,
  ...(expires !== undefined && { until: expires }),
  ...(limits && { limits: JSON.stringify(limits) }),
});

/**
 * Which of its secrets this is, by generation; undefined for another, or one whose time is over. As much work where there
 * is no such access key.
 */
export function generationOf(item: Item | undefined, secret: string, now: number): number | undefined {
  const isCurrent = isHashOf(item && optionalBytes(item, "hash"), secret);
  const isOld = isHashOf(item && optionalBytes(item, "oldHash"), secret);
  if (!item) return undefined;
  const generation = numberOf(item, "generation");
  const which = isCurrent ? generation : isOld ? generation - 1 : undefined;
  return which !== undefined && isGood(item, which, now) ? which : undefined;
}

/** Whether the secret of that generation is good at `now`. */
export function isGood(item: Item, generation: number, now: number): boolean {
  const until = optionalNumber(item, "until") ?? Number.POSITIVE_INFINITY;
  const oldUntil = optionalNumber(item, "oldUntil") ?? 0;
  const current = numberOf(item, "generation");
  if (generation === current) return now < until;
  return generation === current - 1 && now < Math.min(until, oldUntil);
}

export function identityOf(item: Item, proof: string): Identity {
  const { kind, name } = ownerOf(item);
  const limits = limitsOf(item);
  return { kind, name, proof, ...(limits && { limits }) };
}

const limitsOf = (item: Item): readonly Grant[] | undefined => {
  const text = optionalText(item, "limits");
  return text === undefined ? undefined : (JSON.parse(text) as readonly Grant[]);
};

export const optionalNumber = (item: Item, name: string): number | undefined => {
  const value = item.attributes[name];
  return typeof value === "number" ? value : undefined;
};

/** What takes an access key away. */
export const deletesOf = (owner: AccountName, id: AccessKeyId): readonly Delete[] => [
  { op: "delete", key: keys.accessKey(id) },
  { op: "delete", key: keys.accessKeys(owner, id) },
];

export const unknownAccessKey = (id: string): OciError => new OciError("ACCESS_KEY_UNKNOWN", { id });
