import type { Digest } from "./digest.ts";

/** image-spec § Descriptor, with the fields that a registry reads or lists. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** bytes */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
