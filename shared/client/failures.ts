import type { Digest } from "../oci/digest.ts";
import type { ErrorDetail, OciErrorName } from "../oci/errors.ts";

/** The registry failed too often, or its answers make no sense: another run may go better. */
export class RegistryFailure extends Error {
  override readonly name = "RegistryFailure";
}

export interface Refused {
  readonly status: number;
  /** what the registry said is wrong, or what its status says in this place */
  readonly reason: OciErrorName;
  readonly detail?: ErrorDetail;
}

/** The registry answered, and no other try will change it: something has to be mended first. */
export class RegistryRefusal extends Error {
  override readonly name = "RegistryRefusal";
  readonly status: number;
  readonly reason: OciErrorName;
  readonly detail: ErrorDetail | undefined;

  constructor(message: string, { status, reason, detail }: Refused) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.detail = detail;
  }
}

/** The bytes are others than their digest says: they were damaged or changed, here or there. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";

  constructor(place: string, expected: Digest, found: Digest | "too long") {
    super(
      `the bytes of ${expected} in ${place} ${found === "too long" ? "are too many" : `have the digest ${found}`}: they were damaged or changed`,
    );
  }
}
