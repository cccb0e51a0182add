import type { Blobs, ByteStream } from "../../../shared/ports/blobs.ts";
import { type Cost, FREE, type Recorder, type S3Operation } from "./recorder.ts";

/**
 * Records the requests that each call of the port makes of S3, as functions/stores/s3-*.ts make them. `open` makes none:
 * it signs a URL, from which the client gets the bytes.
 */
export function countBlobs(blobs: Blobs, { record }: Recorder): Blobs {
  const s3 = <Answer>(
    operation: S3Operation,
    work: () => Promise<Answer>,
    cost: (answer: Answer) => Partial<Cost> = () => ({}),
  ): Promise<Answer> =>
    record({ service: "S3", operation }, async () => {
      const answer = await work();
      return { answer, cost: { ...FREE, ...cost(answer) } };
    });
  return {
    put: (key, body) =>
      s3(
        "PutObject",
        () => blobs.put(key, body),
        ({ size }) => ({ stored: size }),
      ),
    createMultipart: (key) => s3("CreateMultipartUpload", () => blobs.createMultipart(key)),
    uploadPart: async (multipart, number, body) => {
      // The adapter gathers the part before it sends it, so that the next one's bytes may come meanwhile.
      const gathered = await gather(body);
      return s3(
        "UploadPart",
        () => blobs.uploadPart(multipart, number, streamOf(gathered)),
        (answer) => ({ stored: answer.outcome === "stored" ? answer.part.size : 0 }),
      );
    },
    completeMultipart: (multipart, parts) =>
      s3("CompleteMultipartUpload", () => blobs.completeMultipart(multipart, parts)),
    abortMultipart: (multipart) => s3("AbortMultipartUpload", () => blobs.abortMultipart(multipart)),
    head: (key) => s3("HeadObject", () => blobs.head(key)),
    read: (key, range) => s3("GetObject", () => blobs.read(key, range)),
    open: async (key) => ({ kind: "redirect", url: `https://bucket.example/${key}?X-Amz-Signature=0` }),
    remove: async (key) => {
      const removed = (await blobs.head(key)) ?? 0;
      return s3(
        "DeleteObject",
        () => blobs.remove(key),
        () => ({ removed }),
      );
    },
    list: (prefix, after) => s3("ListObjectsV2", () => blobs.list(prefix, after)),
    listMultiparts: (prefix, after) => s3("ListMultipartUploads", () => blobs.listMultiparts(prefix, after)),
  };
}

async function gather(body: ByteStream): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
  return chunks;
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
