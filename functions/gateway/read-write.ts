import { createHttpHandler, type HeadAnswers } from "../../shared/http/serve.ts";
import { createRegistry, type RegistrySettings } from "../../shared/registry/create-registry.ts";
import { blobsUntil, tableUntil } from "./deadline.ts";
import type { HandlerFor } from "./serve.ts";

/** Answers everything. */
export const readWrite =
  ({ table, blobs, ...settings }: RegistrySettings, heads: HeadAnswers): HandlerFor =>
  ({ deadline, ...options }) =>
    createHttpHandler({
      registry: createRegistry({
        table: tableUntil(deadline, table),
        blobs: blobsUntil(deadline, blobs),
        ...settings,
      }),
      ...heads,
      ...options,
    });
