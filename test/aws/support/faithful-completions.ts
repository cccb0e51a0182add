import { Readable } from "node:stream";
import type { S3Client } from "../../../functions/stores/s3-client.ts";

/**
 * Makes the stand-in answer as S3 documents it (API Reference, CompleteMultipartUpload: NoSuchUpload, "the multipart
 * upload might have been aborted or completed"). It answers every completion of an upload that it no longer knows as
 * done wherever the key has an object, whichever parts were listed, so two that race would both believe to have won.
 */
export function completeFaithfully(client: S3Client): void {
  /** by upload; true once the parts were joined */
  const completions = new Map<string, Promise<boolean>>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== "CompleteMultipartUploadCommand") return next(args);
        const { UploadId: id = "" } = args.input as { readonly UploadId?: string };
        const before = completions.get(id) ?? Promise.resolve(false);
        const mine = Promise.withResolvers<boolean>();
        completions.set(id, mine.promise);
        const done = await before;
        try {
          const result = done ? { response: gone(), output: { $metadata: {} } as never } : await next(args);
          mine.resolve(done || wentWell(result.response));
          return result;
        } catch (cause) {
          mine.resolve(done);
          throw cause;
        }
      },
    { step: "deserialize", priority: "low", name: "faithfulCompletions" },
  );
}

const wentWell = (response: unknown): boolean =>
  (response as { readonly statusCode?: number }).statusCode === 200;

function gone() {
  const body = "<Error><Code>NoSuchUpload</Code><Message>The upload does not exist.</Message></Error>";
  return {
    statusCode: 404,
    headers: { "content-type": "application/xml" },
    body: Readable.from([Buffer.from(body)]),
  };
}
