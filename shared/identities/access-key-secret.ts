import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Branded } from "../oci/branded.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessKeyId } from "../registry/keyspace.ts";

/**
 * `berth_<id>_<43 characters of base64url><checksum>`. Whoever finds one can tell what it is, and an administrator which
 * access key to revoke; the checksum lets scanners of secrets leave out what only looks like one.
 */
export type AccessKeySecret = Branded<"AccessKeySecret">;

const ID = /^[0-9a-f]{8,32}$/;
const SECRET = /^(berth_([0-9a-f]{8,32})_[\w-]{43})([0-9a-f]{8})$/;
const ID_LENGTH = 16;

export const isAccessKeyId = (text: string): text is AccessKeyId => ID.test(text);

export const newAccessKeyId = ({ newId }: Clock): AccessKeyId =>
  newId().replaceAll("-", "").slice(0, ID_LENGTH) as AccessKeyId;

/** 256 random bits, so that a fast hash of it is enough. */
export function newAccessKeySecret(id: AccessKeyId, { newSecret }: Clock): AccessKeySecret {
  const body = `berth_${id}_${newSecret()}`;
  return `${body}${checksumOf(body)}` as AccessKeySecret;
}

/** The access key that a secret says it is of. Undefined for what can be no such secret, which a password may then be. */
export function accessKeyIdOf(secret: string): AccessKeyId | undefined {
  const [, body, id, checksum] = SECRET.exec(secret) ?? [];
  return body !== undefined && checksumOf(body) === checksum ? (id as AccessKeyId) : undefined;
}

export const hashOfAccessKey = (secret: string): Uint8Array =>
  new Uint8Array(createHash("sha256").update(secret).digest());

/** In constant time, also where there is no hash to compare with. */
export function isHashOf(hash: Uint8Array | undefined, secret: string): boolean {
  const actual = hashOfAccessKey(secret);
  return timingSafeEqual(hash ?? NO_HASH, actual) && hash !== undefined;
}

/** The hash of nothing that anybody could find. */
const NO_HASH = new Uint8Array(32);

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, "0");
