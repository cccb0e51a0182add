import type { Digest } from "../../oci/digest.ts";
import type { Upload } from "./upload.ts";

/** The uploads to one repository that earlier runs have begun, so that a later one goes on with them. */
export interface UploadStates {
  readonly load: (digest: Digest) => Promise<Upload | undefined>;
  readonly save: (digest: Digest, upload: Upload) => Promise<void>;
  readonly remove: (digest: Digest) => Promise<void>;
}

/** Where nothing outlives the process. */
export const FORGETFUL: UploadStates = {
  load: async () => undefined,
  save: async () => {},
  remove: async () => {},
};
