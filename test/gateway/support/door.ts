import { once } from "node:events";
import { type ClientRequest, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { digestOf, type RegistryClient, withDigest } from "./client.ts";

/** How a client sends the bytes of a layer. */
export const WAYS = ["PATCH without a length", "PATCH with a length", "PUT"] as const;
export type Way = (typeof WAYS)[number];

/** milliseconds between two questions of a client that waits for what came of a broken request */
const PATIENCE = 50;
const PIECE = 1024 * 1024;

/** Without Content-Length, in pieces. */
export function streamed(bytes: Uint8Array): RequestInit {
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, index) =>
    bytes.subarray(index * PIECE, (index + 1) * PIECE),
  );
  return { duplex: "half", body: ReadableStream.from(pieces) };
}

/** Where an upload goes on after an answer: a Location may be relative. */
export const nextOf = ({ url, headers }: Response): string =>
  new URL(headers.get("location") ?? "", url).href;

/** Pushes a blob in one of the ways; resolves with the status of the closing PUT. */
export async function pushBy(
  way: Way,
  client: RegistryClient,
  repository: string,
  bytes: Buffer,
): Promise<number> {
  const location = await client.startUpload(repository);
  const body: RequestInit = way === "PATCH without a length" ? streamed(bytes) : { body: bytes };
  const close = async (at: string, init: RequestInit = {}): Promise<number> =>
    (await client.fetch(withDigest(at, digestOf(bytes)), { ...init, method: "PUT" })).status;
  if (way === "PUT") return close(location, body);
  const patched = await client.fetch(location, { ...body, method: "PATCH" });
  if (patched.status !== 202) throw new Error(`PATCH: ${patched.status} ${await patched.text()}`);
  return close(nextOf(patched));
}

/** A chunk of the upload that ends with its last byte. */
export const chunkFrom = (bytes: Buffer, from: number): RequestInit => ({
  method: "PATCH",
  body: bytes.subarray(from),
  headers: { "Content-Range": `${from}-${bytes.length - 1}` },
});

/** Begins to send a chunk of all bytes, and stops after `sent` of them. */
export async function sendHalf(location: string, bytes: Buffer, sent: number): Promise<ClientRequest> {
  const headers = { "Content-Range": `0-${bytes.length - 1}`, "Content-Length": bytes.length };
  const outgoing = request(location, { method: "PATCH", headers });
  if (!outgoing.write(bytes.subarray(0, sent))) await once(outgoing, "drain");
  return outgoing;
}

/** Asks until something was kept; resolves with the offset from which to go on. */
async function keptOffset(client: RegistryClient, location: string): Promise<number> {
  for (;;) {
    const { headers } = await client.fetch(location);
    const last = Number(headers.get("range")?.split("-")[1] ?? 0);
    if (last > 0) return last + 1;
    await wait(PATIENCE);
  }
}

/** Goes on from what was kept until a chunk is taken: a broken request may still be on its way into the store. */
export async function resume(client: RegistryClient, location: string, bytes: Buffer): Promise<number> {
  for (;;) {
    const from = await keptOffset(client, location);
    const { status } = await client.fetch(location, chunkFrom(bytes, from));
    if (status === 202) return from;
    if (status !== 416) throw new Error(`PATCH: ${status}`);
    await wait(PATIENCE);
  }
}
