import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Content } from "../../shared/client/content.ts";
import { parseDigest } from "../../shared/oci/digest.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { stopServers } from "../support/serving.ts";
import { clientOf, closeClients, startRegistry } from "./support/clients.ts";
import { json } from "./support/guards.ts";

stopServers();
closeClients();

const MIB = 1024 * 1024;
const repo = parseRepoName("team/app");
const digest = parseDigest(`sha256:${"0".repeat(64)}`);

it("parts that are refused end the reading for the blob's digest, too", async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const size = 64 * MIB;
  const content: Content = {
    name: "without an end",
    size,
    read: async function* (first, last) {
      if (last - first < size) {
        yield Buffer.alloc(last - first);
        return;
      }
      try {
        for (;;) {
          await setImmediate();
          yield Buffer.alloc(64 * 1024);
        }
      } finally {
        end();
      }
    },
  };
  const { url } = await startRegistry(
    (handler) => async (request) => (request.method === "PATCH" ? json(403, {}) : handler(request)),
  );
  const options = { partSize: 8 * MIB, partsAtOnce: 2 };
  await expect(clientOf(url).pushBlob(repo, { digest, content }, options)).rejects.toMatchObject({
    reason: "DENIED",
  });
  await ended;
});
