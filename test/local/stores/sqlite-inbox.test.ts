import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { takeWaiting } from "../../../local/stores/sqlite-inbox.ts";
import type { ToWorker } from "../../../local/stores/sqlite-messages.ts";
import { packOperations, packRequests } from "../../../local/stores/sqlite-packing.ts";

const operations = packOperations([{ op: "delete", key: { pk: "A", sk: "A" } }]);
/** One message with requests of these ids. */
const requests = (...ids: number[]): ToWorker => ({
  kind: "requests",
  packed: packRequests(ids.map((id) => [id, operations])),
});

function received(messages: readonly ToWorker[]) {
  const { port1, port2 } = new MessageChannel();
  for (const message of messages) port1.postMessage(message);
  const take = () => {
    const { requests: taken, close } = takeWaiting(port2, receiveMessageOnPort(port2)?.message);
    return { ids: taken.map(([id]) => id), close };
  };
  return { take, end: () => port1.close() };
}

describe("the inbox of the thread that writes", () => {
  it("takes all messages that wait, so that one fsync serves them", () => {
    const { take, end } = received([requests(1), requests(2, 3), requests(4)]);
    expect(take()).toEqual({ ids: [1, 2, 3, 4], close: false });
    end();
  });

  it("takes what came before a close together with it", () => {
    const { take, end } = received([requests(1), requests(2), { kind: "close" }]);
    expect(take()).toEqual({ ids: [1, 2], close: true });
    end();
  });

  it("leaves the rest for the next group where a group is large", () => {
    const many = Array.from({ length: 1000 }, (_, id) => id);
    const { take, end } = received([requests(...many), requests(1000)]);
    expect(take().ids).toHaveLength(1000);
    expect(take()).toEqual({ ids: [1000], close: false });
    end();
  });
});
