/**
 * A process that uploads files by lib-storage's `Upload`, as anyone would who has no registry. It is told the bucket as
 * its argument and each file by a message, and says when that is stored, or why not.
 */
import { createReadStream } from "node:fs";
import { loadLibStorage } from "./lib-storage.ts";

export interface PlainSettings {
  readonly bucket: string;
  readonly client: Readonly<Record<string, unknown>>;
  /** nothing: lib-storage's own */
  readonly parts: { readonly queueSize?: number; readonly partSize?: number };
}
export interface PlainOrder {
  readonly path: string;
  readonly key: string;
}
export interface PlainAnswer {
  readonly key: string;
  readonly trouble?: string;
}

const { bucket, client: settings, parts } = JSON.parse(process.argv[2] ?? "") as PlainSettings;
const { Upload, S3Client } = loadLibStorage();
const client = new S3Client(settings);

process.on("message", ({ path, key }: PlainOrder) => {
  const params = { Bucket: bucket, Key: key, Body: createReadStream(path) };
  const upload = new Upload({ client, params, ...parts });
  void upload.done().then(
    () => process.send?.({ key } satisfies PlainAnswer),
    (cause: unknown) => process.send?.({ key, trouble: String(cause) } satisfies PlainAnswer),
  );
});
process.send?.({ key: "" } satisfies PlainAnswer);
