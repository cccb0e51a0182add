import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseDigest } from "../../shared/oci/digest.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { clientOf, closeClients } from "./support/clients.ts";

closeClients();

const repo = parseRepoName("team/app");
const digest = parseDigest(`sha256:${"0".repeat(64)}`);
const server = createServer();
afterEach(() => {
  server.closeAllConnections();
  server.close();
  server.removeAllListeners("request");
});

/** A registry that answers every request so. */
async function answering(status: number, headers: Record<string, string>): Promise<string> {
  server.on("request", (_request, response) => response.writeHead(status, headers).end("x".repeat(500)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const allClosed = () =>
  vi.waitFor(async () => expect(await promisify(server.getConnections.bind(server))()).toBe(0));

describe("no connection stays behind", () => {
  it("a challenge that can't be answered", async () => {
    const url = await answering(401, { "WWW-Authenticate": 'Bearer realm="none"' });
    await expect(clientOf(url).ping()).rejects.toThrow(/which is no address/);
    await allClosed();
  });

  it("a range that was not asked for", async () => {
    const url = await answering(206, { "Content-Range": "bytes 500-999/1000" });
    const pulled = Array.fromAsync(clientOf(url).readBlob(repo, digest, { first: 1, end: 10 }));
    await expect(pulled).rejects.toThrow(/with another range/);
    await allClosed();
  });
});
