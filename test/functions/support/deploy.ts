import { readOnly } from "../../../functions/gateway/read-only.ts";
import { readWrite } from "../../../functions/gateway/read-write.ts";
import { serveGateway } from "../../../functions/gateway/serve.ts";
import { systemClock } from "../../../functions/system-clock.ts";
import type { Throttle } from "../../../shared/auth/throttle/throttle.ts";
import { type Authority, OPEN } from "../../../shared/http/authority.ts";
import type { HeadAnswers } from "../../../shared/http/serve.ts";
import type { Blobs } from "../../../shared/ports/blobs.ts";
import type { Table } from "../../../shared/ports/table.ts";
import { createMemoryBlobs } from "../../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { contextWith, listen, throughEvents } from "./gateway.ts";

/** A function that serves everything, on stores in memory; `table` and `blobs` change them. */
export function deploy({
  table = (bare) => bare,
  blobs = (bare) => bare,
  heads = { headBody: "as-get" },
  uploadDoor = "",
  authority = OPEN,
  throttle,
  edge = "",
  left,
}: {
  readonly table?: (bare: Table) => Table;
  readonly blobs?: (bare: Blobs) => Blobs;
  readonly heads?: HeadAnswers;
  readonly uploadDoor?: string;
  readonly authority?: Authority;
  readonly throttle?: Throttle;
  /** what an edge in front of it shows */
  readonly edge?: string;
  /** milliseconds of each invocation */
  readonly left?: () => number;
} = {}) {
  const { told, telemetry } = listen();
  const ports = { table: table(createMemoryTable()), blobs: blobs(createMemoryBlobs()), clock: systemClock };
  const senders = { authority, edge, ...(throttle && { throttle }) };
  const handler = serveGateway({
    telemetry,
    ...senders,
    handlerFor: readWrite(ports, { ...heads, uploadDoor }),
  });
  const reader = serveGateway({ telemetry, ...senders, handlerFor: readOnly(ports, heads) });
  return { ...throughEvents(handler, contextWith(left)), reader: throughEvents(reader), told };
}

/** As S3 answers: where the bytes are, and not the bytes. */
export const redirecting = (bare: Blobs): Blobs => ({
  ...bare,
  open: async (key, { method = "GET" } = {}) =>
    (await bare.head(key)) === undefined
      ? undefined
      : { kind: "redirect", url: `https://bucket.s3.invalid/${key}?X-Amz-Signature=5ec7e7&for=${method}` },
});
