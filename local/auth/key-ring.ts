import type { PrivateKey, PublicKey } from "../../shared/auth/jwt.ts";
import { REFRESH_LIFE } from "../../shared/auth/tokens.ts";

/** A key that signs no more; tokens that it signed are good as long as they last. */
interface RetiredKey extends PublicKey {
  /** ISO 8601 */
  readonly retired: string;
}

/** The keys of a registry, as they lie in its file. */
export interface KeyRing {
  /** what its tokens are for: the name of no other registry */
  readonly service: string;
  readonly signing: PrivateKey & { /** ISO 8601 */ readonly created: string };
  readonly retired: readonly RetiredKey[];
}

const DAY = 24 * 3600 * 1000;
/** milliseconds after which a new key takes over */
const ROTATE_AFTER = 90 * DAY;
/** milliseconds for which a retired key is kept: longer than the longest token, by more than clocks differ */
const KEPT_FOR = REFRESH_LIFE * 1000 + DAY;

/** Milliseconds until a new key takes over; nothing or less where that is due. */
export const dueIn = ({ signing }: KeyRing, now: number): number =>
  Date.parse(signing.created) + ROTATE_AFTER - now;

export const newRing = (service: string, key: PrivateKey, now: number): KeyRing => ({
  service,
  signing: { ...key, created: new Date(now).toISOString() },
  retired: [],
});

/** Of the key that signed until now, the private half goes. */
export function rotated({ service, signing, retired }: KeyRing, next: PrivateKey, now: number): KeyRing {
  const { kid, kty, crv, x, y } = signing;
  const last = { kid, kty, crv, x, y, retired: new Date(now).toISOString() };
  const kept = retired.filter((key) => now - Date.parse(key.retired) < KEPT_FOR);
  return { ...newRing(service, next, now), retired: [last, ...kept] };
}
