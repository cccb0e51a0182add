import { OciError } from "../oci/errors.ts";
import type { Item, Update } from "../ports/table.ts";
import { numberOf, optionalBytes } from "../registry/attributes.ts";
import { type AccessKeyId, keys } from "../registry/keyspace.ts";
import { done, untilDone } from "../registry/retry.ts";
import { accessKeyOf, type NewAccessKey, optionalNumber, unknownAccessKey } from "./access-key.ts";
import { type AccessKeySecret, hashOfAccessKey, isHashOf, newAccessKeySecret } from "./access-key-secret.ts";
import type { IdentityPorts } from "./account.ts";

export interface Rotation {
  readonly id: AccessKeyId;
  /** milliseconds that the secret until now stays good beside the new one */
  readonly overlap: number;
  /** milliseconds from now, in place of what is left; what is left, where it is not given */
  readonly lifetime?: number;
}

/**
 * Gives the access key a new secret. Of two rotations at once one wins: the other's secret could be good for no longer
 * than the overlap. ACCESS_KEY_UNKNOWN, ACCESS_KEY_CHANGED; REQUEST_INVALID where the new secret would be good for nothing
 */
export type RotateAccessKey = (rotation: Rotation) => Promise<NewAccessKey>;

export const createRotate =
  ({ table, clock }: IdentityPorts): RotateAccessKey =>
  (rotation) => {
    const { id } = rotation;
    const now = clock.now();
    const secret = newAccessKeySecret(id, clock);
    let seen: number | undefined;
    return untilDone(clock, async () => {
      const item = await table.get(keys.accessKey(id), "strong");
      if (!item) throw unknownAccessKey(id);
      // Written by an earlier try, whose answer was lost.
      if (isHashOf(optionalBytes(item, "hash"), secret))
        return done({ accessKey: accessKeyOf(id, item), secret });
      seen ??= numberOf(item, "generation");
      if (seen !== numberOf(item, "generation")) throw new OciError("ACCESS_KEY_CHANGED", { id });
      const result = await table.write(updateFor(item, { ...rotation, secret, now }));
      if (result.outcome !== "written") return result;
      return done({ accessKey: accessKeyOf(id, { ...item, attributes: result.attributes }), secret });
    });
  };

interface Turn extends Rotation {
  readonly secret: AccessKeySecret;
  readonly now: number;
}

function updateFor(item: Item, { id, overlap, lifetime, secret, now }: Turn): Update {
  const before = optionalNumber(item, "until") ?? Number.POSITIVE_INFINITY;
  const until = lifetime === undefined ? before : now + lifetime;
  if (until <= now) {
    throw new OciError("REQUEST_INVALID", {
      field: "lifetime",
      reason: "the access key has expired: it needs a new one",
    });
  }
  // The old secret gains no time from a lifetime that was given to the new one.
  const oldUntil = Math.min(now + overlap, before);
  const old = { oldHash: optionalBytes(item, "hash") ?? NOTHING, oldUntil };
  return {
    op: "update",
    key: keys.accessKey(id),
    set: {
      hash: hashOfAccessKey(secret),
      ...(Number.isFinite(until) && { until }),
      ...(oldUntil > now && old),
    },
    add: { generation: 1 },
    ...(oldUntil <= now && { remove: ["oldHash", "oldUntil"] }),
    only: [{ kind: "equals", attribute: "generation", value: numberOf(item, "generation") }],
  };
}

const NOTHING = new Uint8Array(32);
