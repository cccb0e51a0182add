import type { DynamoClients } from "../../../functions/stores/dynamo-client.ts";
import { type Call, type DynamoOperation, FREE, type S3Operation } from "../../costs/counting/recorder.ts";

/** As much of a client of the SDK as takes a middleware. */
interface SdkClient {
  readonly middlewareStack: {
    readonly add: (
      middleware: (next: Next, context: { readonly commandName?: string }) => Next,
      options: { readonly step: "initialize"; readonly name: string },
    ) => void;
  };
}
type Next = (args: { input: object }) => Promise<{ output: object; response: unknown }>;

/** What DynamoDB says that a request has consumed; one for each table where a request may have several. */
interface Consumed {
  readonly CapacityUnits?: number;
}

export interface RequestWatch {
  /** Every request since it was asked last, with the units that DynamoDB says it took. */
  readonly take: () => readonly Call[];
  readonly stop: () => void;
}

interface Watched {
  readonly dynamo: DynamoClients;
  readonly s3: object;
  /** where the adapter reads objects from, by `fetch` */
  readonly s3Endpoint: string;
}

/** Counts the requests that really leave the adapters, below them: in the SDK's middleware, and in `fetch`. */
export function watchRequests({ dynamo, s3, s3Endpoint }: Watched): RequestWatch {
  let calls: Call[] = [];
  const note = (call: Pick<Call, "service" | "operation"> & Partial<Call>): void => {
    const at = calls.length;
    calls.push({ ...FREE, began: 2 * at + 1, ended: 2 * at + 2, ...call });
  };
  for (const client of [dynamo.repeating, dynamo.once]) {
    watch(client, { ReturnConsumedCapacity: "TOTAL" }, (operation, output) =>
      note({ service: "DynamoDB", operation: operation as DynamoOperation, ...unitsOf(operation, output) }),
    );
  }
  watch(s3, {}, (operation) => note({ service: "S3", operation: operation as S3Operation }));
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    if (typeof input === "string" && input.startsWith(s3Endpoint)) {
      note({ service: "S3", operation: init?.method === "HEAD" ? "HeadObject" : "GetObject" });
    }
    return fetch(input, init);
  };
  return {
    take: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
    stop: () => {
      globalThis.fetch = fetch;
    },
  };
}

function watch(client: object, more: object, note: (operation: string, output: object) => void): void {
  const { middlewareStack } = client as SdkClient;
  middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        let output = {};
        try {
          const result = await next({ ...args, input: { ...args.input, ...more } });
          ({ output } = result);
          return result;
        } finally {
          note(commandName.replace(/Command$/, ""), output);
        }
      },
    { step: "initialize", name: "watchRequests" },
  );
}

const READS: readonly string[] = ["GetItem", "BatchGetItem", "Query"];

function unitsOf(operation: string, output: object): { readUnits: number } | { writeUnits: number } {
  const { ConsumedCapacity: consumed = [] } = output as { ConsumedCapacity?: Consumed | Consumed[] };
  const units = [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return READS.includes(operation) ? { readUnits: units } : { writeUnits: units };
}
