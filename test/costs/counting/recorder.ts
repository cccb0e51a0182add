/** The operations of DynamoDB and S3 that the adapters use: one call of a port's method is one request. */
export type DynamoOperation =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem"
  | "TransactWriteItems";

export const S3_CLASSES = {
  /** S3's price list: "PUT, COPY, POST, LIST requests" */
  PutObject: "put",
  CreateMultipartUpload: "put",
  UploadPart: "put",
  CompleteMultipartUpload: "put",
  ListObjectsV2: "put",
  ListMultipartUploads: "put",
  /** "GET, SELECT, and all other requests" */
  GetObject: "get",
  HeadObject: "get",
  /** "DELETE and CANCEL requests are free" */
  DeleteObject: "free",
  AbortMultipartUpload: "free",
} as const;
export type S3Operation = keyof typeof S3_CLASSES;

/** What one request took of what is paid for. */
export interface Cost {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** bytes by which the table grew, of items that no TTL removes, with what DynamoDB adds to each */
  readonly tableGrowth: number;
  /** bytes that S3 was given, and those of objects that were taken away again */
  readonly stored: number;
  readonly removed: number;
}

export const FREE: Cost = { readUnits: 0, writeUnits: 0, tableGrowth: 0, stored: 0, removed: 0 };

interface Timed extends Cost {
  /** order of all beginnings and ends */
  readonly began: number;
  readonly ended: number;
}
export type Call =
  | (Timed & { readonly service: "DynamoDB"; readonly operation: DynamoOperation })
  | (Timed & { readonly service: "S3"; readonly operation: S3Operation });

type Named = Pick<Call & { readonly service: "DynamoDB" }, "service" | "operation"> | S3Named;
interface S3Named {
  readonly service: "S3";
  readonly operation: S3Operation;
}

export interface Recorder {
  /** Does the work, and records it as one request that it is as long as. */
  readonly record: <Answer>(
    named: Named,
    work: () => Promise<{ readonly answer: Answer; readonly cost: Cost }>,
  ) => Promise<Answer>;
  /** The calls since it was asked last. */
  readonly take: () => readonly Call[];
}

/**
 * Every call takes a turn of the event loop, as a request over a network does: whatever can begin before its answer has
 * come, begins.
 */
export function createRecorder(): Recorder {
  let calls: Call[] = [];
  let moment = 0;
  return {
    record: async (named, work) => {
      const began = (moment += 1);
      const { answer, cost } = await work();
      await new Promise((resolve) => setImmediate(resolve));
      calls.push({ ...named, ...cost, began, ended: (moment += 1) });
      return answer;
    },
    take: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

/** The requests that had to wait for each other: as many as the longest chain has, of which each began after the last had ended. */
export function sequentialCalls(calls: readonly Call[]): readonly Call[] {
  const chain: Call[] = [];
  for (const call of calls.toSorted((a, b) => a.ended - b.ended)) {
    if (call.began > (chain.at(-1)?.ended ?? 0)) chain.push(call);
  }
  return chain;
}
