import { createAppendUpload } from "./append-upload.ts";
import { createCommitUpload } from "./commit-upload.ts";
import type { Registry } from "./registry.ts";
import { createCancelUpload, createStatUpload, type UploadPorts } from "./uploads.ts";

/** What goes on with uploads that were begun, for a process that does nothing else. */
export const createRunningUploads = (
  ports: UploadPorts,
): Pick<Registry, "statUpload" | "appendUpload" | "commitUpload" | "cancelUpload"> => ({
  statUpload: createStatUpload(ports),
  appendUpload: createAppendUpload(ports),
  commitUpload: createCommitUpload(ports),
  cancelUpload: createCancelUpload(ports),
});
