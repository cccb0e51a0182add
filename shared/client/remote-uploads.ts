import type { Digest } from "../oci/digest.ts";
import { OciError } from "../oci/errors.ts";
import type { RepoName } from "../oci/names.ts";
import type { ByteStream } from "../ports/blobs.ts";
import type { Clock } from "../ports/clock.ts";
import type { BlobInfo, Chunk, Registry, UploadId, UploadLocation } from "../registry/registry.ts";
import { hashOfSecret, isSecretOf, newUploadSecret } from "../registry/upload-secret.ts";
import { demandFine } from "./answers.ts";
import { sizeOfBlob } from "./blobs.ts";
import { RegistryRefusal } from "./failures.ts";
import type { Answer } from "./messages.ts";
import { persist } from "./patience.ts";
import type { Remote } from "./remote.ts";
import { BINARY, beginUpload, closing, lastIn, moved, type Upload, withQuery } from "./uploads/upload.ts";

export interface RemoteUploadsParts {
  readonly remote: (repo: RepoName) => Remote;
  readonly clock: Clock;
}

type Uploads = Pick<
  Registry,
  "beginUpload" | "statUpload" | "appendUpload" | "putPart" | "commitUpload" | "cancelUpload"
>;

/** An upload there, under the name and the secret that it has here. */
interface Running {
  readonly repo: RepoName;
  readonly secretHash: Uint8Array;
  readonly upload: Upload;
  readonly committed?: BlobInfo;
}

/** Beyond them, the one goes that was left alone the longest. */
const MOST_RUNNING = 10_000;

/** Uploads that are handed on as they come: the other registry's Location may be of any form, and stays here. */
export function createRemoteUploads({ remote, clock }: RemoteUploadsParts): Uploads {
  const running = new RunningThere();
  return {
    beginUpload: async ({ repo, algorithm }) => {
      const upload = await beginUpload(remote(repo), algorithm);
      const [id, secret] = [clock.newId() as UploadId, newUploadSecret(clock)];
      running.set(id, { repo, upload, secretHash: hashOfSecret(secret) });
      return { id, secret, offset: 0 };
    },
    ...chunkOperations(remote, running),
    commitUpload: async ({ chunk, digest, parts, ...location }) => {
      const found = running.find(location);
      const committed = await commit(remote(found.repo), found, { digest, chunk, parts });
      running.set(location.id, { ...found, committed });
      return committed;
    },
    cancelUpload: async (location) => {
      const { repo, upload } = running.find(location);
      const { client, waiting } = remote(repo);
      demandFine(await persist(() => client.send({ method: "DELETE", target: upload.location }), waiting));
      running.delete(location.id);
    },
  };
}

class RunningThere {
  readonly #running = new Map<UploadId, Running>();

  /** BLOB_UPLOAD_UNKNOWN, also where the secret is another */
  find({ repo, id, secret }: UploadLocation): Running {
    const found = this.#running.get(id);
    if (found?.repo !== repo || !isSecretOf(found.secretHash, secret)) {
      throw new OciError("BLOB_UPLOAD_UNKNOWN", { id });
    }
    // A map keeps the place that a key had first, and this one is not left alone.
    this.#running.delete(id);
    this.#running.set(id, found);
    return found;
  }

  set(id: UploadId, running: Running): void {
    this.#running.set(id, running);
    const [oldest] = this.#running.keys();
    if (this.#running.size > MOST_RUNNING && oldest !== undefined) this.#running.delete(oldest);
  }

  delete(id: UploadId): void {
    this.#running.delete(id);
  }
}

function chunkOperations(
  remote: RemoteUploadsParts["remote"],
  running: RunningThere,
): Pick<Uploads, "statUpload" | "appendUpload" | "putPart"> {
  return {
    statUpload: async (location) => {
      const found = running.find(location);
      const upload = standing(await status(remote(found.repo), found), found.upload, found.upload.offset);
      running.set(location.id, { ...found, upload });
      return { id: location.id, offset: upload.offset };
    },
    appendUpload: async ({ chunk, ...location }) => {
      const found = running.find(location);
      const { answer, sent } = await hand(remote(found.repo), "PATCH", found.upload.location, chunk);
      const upload = standing(answer, found.upload, found.upload.offset + sent);
      running.set(location.id, { ...found, upload });
      return { id: location.id, offset: upload.offset };
    },
    putPart: async ({ chunk, number, ...location }) => {
      const { repo, upload } = running.find(location);
      if (upload.parallelParts === undefined) {
        throw new OciError("UNSUPPORTED", { reason: "parts go in order there" });
      }
      const target = withQuery(upload.location, `part=${number}`);
      return { size: (await hand(remote(repo), "PATCH", target, chunk)).sent };
    },
  };
}

async function status({ client, waiting }: Remote, { upload }: Running): Promise<Answer> {
  return demandFine(await persist(() => client.send({ method: "GET", target: upload.location }), waiting));
}

/** `0-0` is one byte or none: the form has no other way to say it, but here it is known how many were sent. */
function standing(answer: Answer, before: Upload, sent: number): Upload {
  const last = lastIn(answer);
  const offset = last === undefined ? sent : last === 0 ? Math.min(sent, 1) : last + 1;
  return { ...moved(answer, before), offset };
}

/** Hands a body on, once: nobody has it a second time. */
async function hand(
  { client }: Remote,
  method: "PATCH" | "PUT",
  target: URL,
  { body, range, length }: Chunk,
): Promise<{ readonly answer: Answer; readonly sent: number }> {
  let sent = 0;
  async function* counted(chunks: ByteStream) {
    for await (const chunk of chunks) {
      yield chunk;
      sent += chunk.length;
    }
  }
  const headers = { ...BINARY, ...(range && { "Content-Range": `${range.first}-${range.last}` }) };
  const answer = await client.send({
    method,
    target,
    headers,
    body: { chunks: counted(body), length: length ?? "chunked" },
  });
  return { answer: demandFine(answer), sent };
}

interface Closing {
  readonly digest: Digest;
  readonly chunk: Chunk;
  readonly parts: number | undefined;
}

/** Repeated with the same digest it succeeds again, also where the registry has forgotten the upload. */
async function commit(remote: Remote, found: Running, { digest, chunk, parts }: Closing): Promise<BlobInfo> {
  const { upload, committed } = found;
  const place = closing(upload, digest);
  const target = parts === undefined ? place : withQuery(place, `parts=${parts}`);
  try {
    const { sent } = await hand(remote, "PUT", target, chunk);
    if (committed?.digest === digest) return committed;
    const size = parts === undefined ? upload.offset + sent : await sizeOfBlob(remote, digest);
    return { digest, size };
  } catch (error) {
    const isForgotten = error instanceof RegistryRefusal && error.reason === "BLOB_UPLOAD_UNKNOWN";
    if (isForgotten && committed?.digest === digest) return committed;
    throw error;
  }
}
