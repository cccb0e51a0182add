import { createSigner, createVerifier, type Signer, type Verifier } from "../../shared/auth/jwt.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { openKeyRing, renewedKeyRing } from "./key-file.ts";
import { dueIn, type KeyRing } from "./key-ring.ts";

/** The keys of the registry in a data folder, as they are now: they change while it runs. */
export interface TokenKeys extends Signer, Verifier {
  /** the registry's name in its tokens, which stays */
  readonly service: string;
  /** Milliseconds until a new key is due; nothing or less where it is. */
  readonly dueIn: () => number;
  /** Makes a new key where that is due. A Complaint where it can't be kept: then the old one goes on. */
  readonly renew: () => Promise<"renewed" | "not due">;
}

/** Throws a Complaint as `openKeyRing` does. */
export async function openTokenKeys(data: string, clock: Pick<Clock, "now" | "newId">): Promise<TokenKeys> {
  let ring = await openKeyRing(data, clock);
  let keys = await keysOf(ring, clock);
  return {
    service: ring.service,
    sign: (claims, type) => keys.sign(claims, type),
    verify: (token, type) => keys.verify(token, type),
    dueIn: () => dueIn(ring, clock.now()),
    renew: async () => {
      const renewed = await renewedKeyRing(data, ring, clock.now());
      if (renewed === ring) return "not due";
      keys = await keysOf(renewed, clock);
      ring = renewed;
      return "renewed";
    },
  };
}

async function keysOf({ service, signing, retired }: KeyRing, { now }: Pick<Clock, "now">) {
  const signer = await createSigner(signing, { service });
  const verifier = createVerifier([signing, ...retired], { service, now });
  return { ...signer, ...verifier };
}
