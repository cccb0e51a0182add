import type { Caller } from "../registry/registry.ts";
import type { Identity } from "./identity.ts";
import type { Need, Rights } from "./rights.ts";

/** Who asks, and what they may. */
export interface Access {
  readonly caller: Caller;
  readonly rights: Rights;
  /** of who may administer, where they can be looked up again */
  readonly identity?: Identity;
  /**
   * Whether it is settled what these credentials have of this right, so that asking again with what they bring is in vain;
   * never, where it is not given.
   */
  readonly isSettled?: (need: Need) => boolean;
}
