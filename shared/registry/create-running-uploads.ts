import { createAppendUpload } from "./append-upload.ts";
import { createCommitUpload } from "./commit-upload.ts";
import { createPutPart } from "./numbered-parts.ts";
import type { Registry } from "./registry.ts";
import { createCancelUpload, createStatUpload, type UploadPorts } from "./uploads.ts";

/** What goes on with uploads that were begun, for a process that does nothing else. */
export const createRunningUploads = (
  ports: UploadPorts,
): Pick<Registry, "statUpload" | "appendUpload" | "putPart" | "commitUpload" | "cancelUpload"> => ({
  statUpload: createStatUpload(ports),
  appendUpload: createAppendUpload(ports),
  putPart: createPutPart(ports),
  commitUpload: createCommitUpload(ports),
  cancelUpload: createCancelUpload(ports),
});
