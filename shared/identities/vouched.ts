import type { Identity } from "../access/identity.ts";
import { OciError } from "../oci/errors.ts";
import { OutsideTrouble } from "./bounded-fetch.ts";
import type { Authenticate } from "./credentials.ts";
import type { Refused } from "./refused.ts";

interface Vouching {
  /** the user name that goes with such secrets */
  readonly name: string;
  /** `from`: the network that asks. Throws an OutsideTrouble where those who vouch can't be asked */
  readonly identify: (secret: string, from: string | undefined) => Promise<Identity | Refused>;
  /** told why, for the log */
  readonly onRefused: (reason: string) => void;
}

/** The logins of those for whom somebody outside vouches. UNAVAILABLE where these can't be asked now. */
export const vouched =
  ({ name, identify, onRefused }: Vouching): Authenticate =>
  async (credentials) => {
    if (credentials.name !== name) return "unknown";
    try {
      const identity = await identify(credentials.secret, credentials.from);
      if (identity.kind !== "refused") return identity;
      onRefused(identity.reason);
      return "unknown";
    } catch (cause) {
      if (!(cause instanceof OutsideTrouble)) throw cause;
      onRefused(cause.message);
      throw new OciError("UNAVAILABLE", { reason: cause.message }, { cause });
    }
  };
