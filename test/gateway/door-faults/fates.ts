import type { Fate } from "./door-stand.ts";
import type { Fault } from "./fault-proxy.ts";

export const DYNAMO_CALLS = ["GetItem", "BatchGetItem", "Query", "UpdateItem", "TransactWriteItems"] as const;
export const isOfDynamo = (call: string): boolean => DYNAMO_CALLS.some((name) => name === call);
export const isOfS3 = (call: string): boolean => !isOfDynamo(call);

const s3Says = (status: number, code: string): Fault => ({
  kind: "refused",
  status,
  type: "application/xml",
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`,
});
const dynamoSays = (status: number, code: string): Fault => ({
  kind: "refused",
  status,
  type: "application/x-amz-json-1.0",
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: "injected" }),
});

export const FAULTS = {
  slowDown: s3Says(503, "SlowDown"),
  internalError: s3Says(500, "InternalError"),
  busy: dynamoSays(400, "ProvisionedThroughputExceededException"),
  hangUp: { kind: "cut" },
  lost: { kind: "lost" },
  slow: { kind: "slow", milliseconds: 1000 },
} as const satisfies Record<string, Fault>;

type Meant = (call: string) => boolean;

/** Each kind of call fails the first time; the next ones go well. */
export function once(isMeant: Meant, fault: Fault): () => Fate {
  return () => {
    const seen = new Set<string>();
    return (call) => {
      if (!isMeant(call) || seen.has(call)) return undefined;
      seen.add(call);
      return fault;
    };
  };
}

export const always =
  (isMeant: Meant, fault: Fault): (() => Fate) =>
  () =>
  (call) =>
    isMeant(call) ? fault : undefined;

/** As S3 documents it: what was completed is no upload any more (API Reference, CompleteMultipartUpload). */
export const completedUnheard = (): Fate => {
  let completions = 0;
  return (call) => {
    if (call !== "CompleteMultipartUpload") return undefined;
    completions += 1;
    return completions === 1 ? FAULTS.lost : s3Says(404, "NoSuchUpload");
  };
};
