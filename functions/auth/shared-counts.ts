import { hash } from "node:crypto";
import type { SharedCounts } from "../../shared/auth/throttle/throttle.ts";
import { keys } from "../../shared/registry/keyspace.ts";
import type { JsonService } from "../stores/signed-post.ts";
import { systemClock } from "../system-clock.ts";
import { ask } from "./ask.ts";

interface Counting {
  readonly place: Omit<JsonService, "service">;
  /** its name */
  readonly table: string;
  /** told why others could not be told */
  readonly onTrouble: (cause: unknown) => void;
}

/** A request waits for it, and goes on without it. */
const PATIENCE = { patience: 500, attempts: 1, clock: systemClock } as const;
/** seconds after which the table may drop a sum; long after its window, in which no clock is so wrong */
const KEPT_FOR = 3600;

/**
 * Sums of all instances in the table: an item for a caller and a window, under a hash of the caller, whose address it may
 * be. By a request of our own, so that functions that only read are not built with the client that writes.
 */
export function createSharedCounts({ place, table, onTrouble }: Counting): SharedCounts {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.UpdateItem",
  };
  return {
    add: async (caller, start, requests) => {
      const body = JSON.stringify(additionOf({ table, caller, start, requests }));
      try {
        const { text } = await ask({ ...place, service: "dynamodb" }, { path: "/", headers, body }, PATIENCE);
        return sumIn(text);
      } catch (cause) {
        onTrouble(cause);
        return undefined;
      }
    },
  };
}

interface Addition {
  readonly table: string;
  readonly caller: string;
  readonly start: number;
  readonly requests: number;
}

/** Amazon DynamoDB API Reference: UpdateItem */
function additionOf({ table, caller, start, requests }: Addition) {
  const { pk, sk } = keys.requests(hash("sha256", caller), start);
  const expires = Math.floor(start / 1000) + KEPT_FOR;
  return {
    TableName: table,
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: "ADD #requests :requests SET #expires = :expires",
    ExpressionAttributeNames: { "#requests": "requests", "#expires": "expires" },
    ExpressionAttributeValues: { ":requests": { N: String(requests) }, ":expires": { N: String(expires) } },
    ReturnValues: "UPDATED_NEW",
  };
}

interface Updated {
  readonly Attributes: { readonly requests: { readonly N: string } };
}
const sumIn = (text: string): number => Number((JSON.parse(text) as Updated).Attributes.requests.N);
