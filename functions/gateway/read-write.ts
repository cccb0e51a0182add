import { createHttpHandler, type HeadAnswers } from "../../shared/http/serve.ts";
import { createRegistry, type RegistrySettings } from "../../shared/registry/create-registry.ts";
import { blobsUntil, tableUntil } from "./deadline.ts";
import type { HandlerFor } from "./serve.ts";
import { uploadsAt } from "./uploads-at.ts";

export interface ReadWriteManner extends HeadAnswers {
  /** the origin of the upload door; empty where there is none */
  readonly uploadDoor: string;
}

/** Answers everything. */
export const readWrite =
  ({ table, blobs, ...settings }: RegistrySettings, { uploadDoor, ...heads }: ReadWriteManner): HandlerFor =>
  ({ deadline, ...options }) =>
    createHttpHandler({
      registry: createRegistry({
        table: tableUntil(deadline, table),
        blobs: blobsUntil(deadline, blobs),
        ...settings,
      }),
      ...heads,
      uploadsAt: uploadsAt(uploadDoor),
      ...options,
    });
