import { afterEach, describe, expect, it } from "vitest";
import { contentOf } from "../../shared/client/content.ts";
import { RegistryFailure } from "../../shared/client/failures.ts";
import { createHttpClient } from "../../shared/client/http-client.ts";
import type { HttpClient } from "../../shared/client/messages.ts";
import { createPartSender } from "../../shared/client/uploads/part-sender.ts";
import { PartSize } from "../../shared/client/uploads/part-size.ts";
import type { Upload } from "../../shared/client/uploads/upload.ts";
import type { HttpAnswer } from "../../shared/http/messages.ts";
import { parseDigest } from "../../shared/oci/digest.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { answering, gatewaySays, refusing, withHeader } from "../doctor/support/breaking.ts";
import type { Breaks } from "../doctor/support/patient.ts";
import { patterned } from "../support/bodies.ts";
import { sha256 } from "./support/layouts.ts";
import { type Seen, workshop } from "./support/pushing.ts";

const { registry } = workshop();
const clients: HttpClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const MIB = 1024 * 1024;

/** Sends a blob of 3 MiB in parts of 1 MiB to a registry with this trouble, with no pause at all. */
async function sentTo(breaks: Breaks, earlier?: Upload) {
  const there = await registry(breaks);
  const client = createHttpClient({ base: new URL(there.url), timeout: 20_000 });
  clients.push(client);
  const bytes = patterned(3 * MIB, "standstill");
  const states = new Map<string, Upload>();
  const blob = { digest: parseDigest(sha256(bytes)), content: contentOf(bytes) };
  if (earlier) states.set(blob.digest, earlier);
  const sender = createPartSender({
    partsAtOnce: 1,
    remote: {
      client,
      repo: parseRepoName("app"),
      waiting: { now: Date.now, random: () => 0, pause: async () => {}, say: () => {} },
    },
    states: {
      load: async (digest) => states.get(digest),
      save: async (digest, upload) => void states.set(digest, upload),
      remove: async (digest) => void states.delete(digest),
    },
    partSize: new PartSize(MIB, () => {}),
  });
  const outcome = sender.send(blob, { at: () => {}, resumed: () => {} });
  return { outcome, there, states };
}

const patches = (seen: readonly Seen[]) => seen.filter(({ method }) => method === "PATCH").length;
const saying = (range: string) => (answer: HttpAnswer) => withHeader(answer, "Range", range);

describe("an upload that gets no further comes to an end: a registry that", () => {
  it("is busy for ever", async () => {
    const { outcome, there, states } = await sentTo(refusing({ method: "PATCH" }, gatewaySays(503, "")));
    await expect(outcome).rejects.toThrow(RegistryFailure);
    await expect(outcome).rejects.toThrow(/answered 503 .*, and so it was 8 times in a row/);
    expect(patches(there.seen)).toBe(8);
    // so that the next run goes on
    expect(states.size).toBe(1);
  });

  it("says 202 and takes nothing in", async () => {
    const empty = { ...gatewaySays(202, ""), headers: { "Content-Length": "0", Range: "0-0" } };
    const idle = refusing({ method: "PATCH" }, { ...empty, body: { kind: "empty" } });
    const { outcome, there } = await sentTo(idle);
    await expect(outcome).rejects.toThrow(/8 times in a row/);
    expect(patches(there.seen)).toBe(8);
  });

  it("refuses each place and names another", async () => {
    let turn = 0;
    const { outcome, there } = await sentTo(
      answering({ method: "PATCH" }, (answer) => {
        turn += 1;
        return saying(`0-${turn % 2 === 0 ? 99 : 199}`)({ ...answer, status: 416 });
      }),
    );
    await expect(outcome).rejects.toThrow(/came to nothing 3 times: it does not get on/);
    expect(patches(there.seen)).toBeLessThan(60);
  });

  it("holds more than the blob has", async () => {
    const { outcome } = await sentTo(answering({ method: "PATCH" }, saying(`0-${4 * MIB}`)));
    await expect(outcome).rejects.toThrow(/came to nothing 3 times: it holds more than the blob has/);
  });
});

describe("an upload of an earlier run", () => {
  it("whose address nobody serves any more is begun again", async () => {
    const location = new URL("http://127.0.0.1:1/v2/app/blobs/uploads/1?secret=x");
    const { outcome, states } = await sentTo((handler) => handler, { location, offset: 0, leastPart: 0 });
    await outcome;
    expect(states.size).toBe(0);
  });

  it("is forgotten where the registry refuses it for good, and kept where the right to push is missing", async () => {
    for (const [status, kept] of [
      [400, 0],
      [403, 1],
    ] as const) {
      const { outcome, states } = await sentTo(refusing({ method: "PATCH" }, gatewaySays(status, "no")));
      await expect(outcome).rejects.toThrow(`answered ${status}`);
      expect(states.size).toBe(kept);
    }
  });
});
