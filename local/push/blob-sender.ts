import { Complaint } from "../complaint.ts";
import type { PlannedBlob } from "./plan.ts";

/** What is told of a blob on its way. */
export interface BlobWatch {
  /** how much of it is over there: bytes */
  readonly at: (offset: number) => void;
  /** An earlier run had begun it. */
  readonly resumed: (offset: number) => void;
}

/** A way to bring a blob that the repository does not have. */
export interface BlobSender {
  /** Resolves when it is committed. Complaint or PushFailure where that can't be. */
  readonly send: (blob: PlannedBlob, watch: BlobWatch) => Promise<void>;
}

export const damaged = ({ digest, stretch }: PlannedBlob, found: string): Complaint =>
  new Complaint(
    `the bytes of ${digest} in ${stretch.path} have the digest ${found}: they were damaged or changed`,
  );
