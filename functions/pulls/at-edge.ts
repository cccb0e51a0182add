import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { Blobs } from "../../shared/ports/blobs.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import { checkBlobKey } from "../../shared/stores/blob-limits.ts";
import { URL_LIFETIME } from "../stores/url-lifetime.ts";
import { type ParameterStore, readParameter } from "./parameter.ts";
import type { PullEdge } from "./place.ts";
import { createPullSigner } from "./signed-url.ts";

interface AtEdge {
  readonly edge: PullEdge;
  readonly clock: Pick<Clock, "now">;
  /** where the private key is */
  readonly parameters: ParameterStore;
  /** told why, whenever the key can't be had: then the bucket is where to pull from */
  readonly onTrouble: (cause: unknown) => void;
}

const SECOND = 1000;
/** bytes: the most that CloudFront sends in one answer (Developer Guide: Quotas) */
const LARGEST = 50_000_000_000;
/** milliseconds until a key is asked for again that could not be had */
const PAUSE = 5 * SECOND;

/**
 * Opens blobs at the distribution before the bucket. What that can't send, and all blobs while the key to sign with can't be
 * had, is opened as `open` does it: a pull should not fail for want of a cache.
 */
export function openAtEdge(
  { edge, clock, parameters, onTrouble }: AtEdge,
  open: Blobs["open"],
): Blobs["open"] {
  const load = async () =>
    createPullSigner(edge, keyFrom(await readParameter(parameters, edge.parameter), edge));
  const signer = keeping(clock, load, onTrouble);
  return async (key, opening) => {
    const content = opening?.content;
    if (content === undefined || content.size > LARGEST) return open(key, opening);
    checkBlobKey(key);
    const sign = await signer();
    if (sign === undefined) return open(key, opening);
    const expires = Math.floor(clock.now() / SECOND) + URL_LIFETIME;
    return { kind: "redirect", url: sign({ key, digest: content.digest, expires }) };
  };
}

/** Throws where it is not the one that CloudFront has the public key of: every pull would be refused there. */
function keyFrom(pem: string, { publicKey, parameter }: PullEdge): KeyObject {
  const key = createPrivateKey(pem);
  const own = createPublicKey(key).export({ type: "spki", format: "der" }).toString("base64");
  if (own !== publicKey) throw new Error(`the parameter '${parameter}' has the private key of another pair`);
  return key;
}

/** Loads once, however many ask at a time; undefined while it can't be had, which it looks after now and then. */
function keeping<Value>(
  clock: Pick<Clock, "now">,
  load: () => Promise<Value>,
  onTrouble: (cause: unknown) => void,
): () => Promise<Value | undefined> {
  let loading: Promise<Value | undefined> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  const attempt = async (): Promise<Value | undefined> => {
    try {
      return await load();
    } catch (cause) {
      onTrouble(cause);
      loading = undefined;
      notBefore = clock.now() + PAUSE;
      return undefined;
    }
  };
  return async () => {
    if (loading === undefined && clock.now() < notBefore) return undefined;
    return (loading ??= attempt());
  };
}
