import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { PackedRequest, ToWorker } from "./sqlite-messages.ts";
import { unpackRequests } from "./sqlite-packing.ts";

/** requests: so many are committed together at most (about), so that none waits long for the others */
const LARGEST_GROUP = 1000;

/** The message that has come, and all that wait behind it, up to a group's size or to the one that says `close`. */
export function takeWaiting(
  port: MessagePort,
  first: ToWorker,
): { requests: PackedRequest[]; close: boolean } {
  const requests: PackedRequest[] = [];
  for (let message: ToWorker | undefined = first; message; message = nextOn(port)) {
    if (message.kind === "close") return { requests, close: true };
    requests.push(...unpackRequests(message.packed));
    if (requests.length >= LARGEST_GROUP) break;
  }
  return { requests, close: false };
}

const nextOn = (port: MessagePort): ToWorker | undefined => receiveMessageOnPort(port)?.message;
