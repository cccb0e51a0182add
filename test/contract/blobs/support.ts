import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { BLOB_LIMITS, type Blobs, type Multipart, type Part } from "../../../shared/ports/blobs.ts";
import { bodyOf, collect } from "../../support/bodies.ts";

/** The least size of a part that is not the last. */
export const BIG = BLOB_LIMITS.minPart;

export const brokenRule = { name: "BlobRuleError" };

/** A key that no other test uses. */
export const freshKey = (): string => `blobs/2026-11-24/${randomUUID()}`;

export async function put(blobs: Blobs, key: string, bytes: Uint8Array): Promise<void> {
  await blobs.put(key, bodyOf(bytes));
}

export async function read(blobs: Blobs, key: string): Promise<Buffer | undefined> {
  const body = await blobs.read(key);
  return body && collect(body);
}

export async function addPart(
  blobs: Blobs,
  multipart: Multipart,
  number: number,
  bytes: Uint8Array,
): Promise<Part> {
  const stored = await blobs.uploadPart(multipart, number, bodyOf(bytes));
  if (stored.outcome === "gone") throw new Error(`the upload of part ${number} found the upload gone`);
  expect(stored.part).toMatchObject({ number, size: bytes.length });
  return stored.part;
}

/** Stores an object of several parts. */
export async function storeInParts(blobs: Blobs, key: string, pieces: readonly Uint8Array[]): Promise<void> {
  const multipart = await blobs.createMultipart(key);
  const parts: Part[] = [];
  for (const [at, piece] of pieces.entries()) parts.push(await addPart(blobs, multipart, at + 1, piece));
  expect(await blobs.completeMultipart(multipart, parts)).toEqual({ outcome: "completed" });
}

/** Sixteen at a time. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += 16) {
    results.push(...(await Promise.all(items.slice(at, at + 16).map(work))));
  }
  return results;
}
