import { createHttpHandler, type HeadAnswers } from "../../shared/http/serve.ts";
import { createReadOnlyRegistry } from "../../shared/registry/create-read-only-registry.ts";
import type { ReadPorts } from "../../shared/registry/ports.ts";
import { blobsUntil, tableUntil } from "./deadline.ts";
import type { HandlerFor } from "./serve.ts";

/** Answers what only reads: the code of what writes is not even there. */
export const readOnly =
  ({ table, blobs }: ReadPorts, heads: HeadAnswers): HandlerFor =>
  ({ deadline, ...options }) =>
    createHttpHandler({
      registry: createReadOnlyRegistry({
        table: tableUntil(deadline, table),
        blobs: blobsUntil(deadline, blobs),
      }),
      ...heads,
      ...options,
    });
