import type { Outgoing } from "../content.ts";

/** What is told of a blob on its way. */
export interface BlobWatch {
  /** how much of it is over there: bytes */
  readonly at: (offset: number) => void;
  /** An earlier run had begun it. */
  readonly resumed: (offset: number) => void;
}

/** A way to bring a blob that the repository does not have. */
export interface BlobSender {
  /** Resolves when it is committed. RegistryRefusal, RegistryFailure or DamagedError where that can't be. */
  readonly send: (blob: Outgoing, watch: BlobWatch) => Promise<void>;
}
