import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../ports/clock.ts";
import type { UploadSecret } from "./registry.ts";

/**
 * An upload's secret lets whoever has its Location go on with it, and nobody else. The table keeps only its SHA-256: a
 * secret of 256 random bits needs no slow hash, and who reads the table can't take over an upload.
 */

export const newUploadSecret = ({ newSecret }: Clock): UploadSecret => newSecret() as UploadSecret;

export const hashOfSecret = (secret: UploadSecret): Uint8Array =>
  new Uint8Array(createHash("sha256").update(secret).digest());

/** In constant time: the hashes are of one length, and that of a wrong secret can't be steered byte by byte. */
export const isSecretOf = (hash: Uint8Array | undefined, secret: UploadSecret): boolean =>
  hash !== undefined && timingSafeEqual(hash, hashOfSecret(secret));
