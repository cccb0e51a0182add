import { algorithmOf, type Digest } from "../oci/digest.ts";
import { createHasher, digestOfHash } from "../registry/digests.ts";
import { isFine, refused } from "./answers.ts";
import { numberIn, openBlob } from "./blobs.ts";
import { DamagedError, RegistryFailure } from "./failures.ts";
import { NoAnswerError, type OpenAnswer } from "./messages.ts";
import { isTransient, Patience } from "./patience.ts";
import type { Remote } from "./remote.ts";
import { gather } from "./send.ts";

export interface Stretch {
  readonly first: number;
  /** without this one; to the end of the blob, where it is not given */
  readonly end?: number;
}

/**
 * The bytes of a blob, or a stretch of it, as they come; after a cut it goes on where it was, by Range. Not verified:
 * `pullBlob` does that. RegistryRefusal BLOB_UNKNOWN, RegistryFailure
 */
export async function* readBlob(remote: Remote, digest: Digest, stretch: Stretch): ByteGenerator {
  const patience = new Patience(remote.waiting);
  let at = stretch.first;
  let end = stretch.end;
  while (end === undefined || at < end) {
    try {
      const answer = await opened(remote, digest, { first: at, end });
      if (answer === "later") continue;
      end ??= endOf(answer, at);
      for await (const chunk of bytesFrom(answer, at, end)) {
        at += chunk.length;
        patience.progressed();
        yield chunk;
      }
      // Without a length, where the body ends is where the blob ends.
      if (end === undefined) return;
      if (at < end) throw new NoAnswerError(`${answer.request} ended too early`);
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      await patience.failed(error);
    }
  }

  async function opened(
    ...[there, wanted, range]: Parameters<typeof openBlob>
  ): Promise<OpenAnswer | "later"> {
    const answer = await openBlob(there, wanted, range);
    if (isFine(answer)) return answer;
    const whole = await gather(answer);
    if (!isTransient(whole)) throw refused(whole);
    await patience.failed(whole);
    return "later";
  }
}

type ByteGenerator = AsyncGenerator<Uint8Array, void, undefined>;

/** A registry may ignore Range, and send all of a blob: what is there already is skipped, and what follows `end` not heard. */
async function* bytesFrom(answer: OpenAnswer, first: number, end = Number.POSITIVE_INFINITY): ByteGenerator {
  const start = answer.status === 206 ? startOf(answer, first) : 0;
  if (start > first) {
    answer.close();
    throw new RegistryFailure(`${answer.request} answered with another range than it was asked for`);
  }
  let at = start;
  for await (const chunk of answer.body) {
    const wanted = chunk.subarray(Math.min(Math.max(first - at, 0), chunk.length), Math.max(end - at, 0));
    at += chunk.length;
    if (wanted.length > 0) yield wanted;
    // Only where more came than was wanted: at its own end, a body leaves its connection to the next request.
    if (at > end) return;
  }
}

/** Where a 206 does not say it, it begins where it was asked to. */
const startOf = ({ header }: OpenAnswer, first: number): number =>
  Number(/^bytes (\d{1,15})-/.exec(header("content-range") ?? "")?.[1] ?? first);

/** Where the body ends in the blob, where the answer says it. */
function endOf(answer: OpenAnswer, first: number): number | undefined {
  const length = numberIn(answer.header("content-length"));
  if (length === undefined) return undefined;
  return answer.status === 206 ? first + length : length;
}

/** A whole blob; throws DamagedError at the end of other bytes than the digest's, or as soon as there are too many. */
export async function* pullBlob(remote: Remote, digest: Digest, size?: number): ByteGenerator {
  const place = `${remote.client.base.host}/${remote.repo}`;
  const hash = createHasher(algorithmOf(digest));
  let bytes = 0;
  for await (const chunk of readBlob(remote, digest, { first: 0 })) {
    bytes += chunk.length;
    if (size !== undefined && bytes > size) throw new DamagedError(place, digest, "too long");
    hash.update(chunk);
    yield chunk;
  }
  const found = digestOfHash(algorithmOf(digest), hash);
  if (found !== digest) throw new DamagedError(place, digest, found);
}
