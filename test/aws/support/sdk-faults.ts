import { Readable } from "node:stream";
import type { DynamoDBClient } from "../../../functions/stores/dynamo-client.ts";
import type { S3Client } from "../../../functions/stores/s3-client.ts";

/** What the network or the service may do to one sending of a request. */
export type WireFault =
  /** no connection: the service has seen nothing */
  | "unsent"
  /** the connection breaks before the answer; the service has not done it */
  | "lost-undone"
  /** the same, and the service has done it */
  | "lost-done"
  /** 500, and nothing was done */
  | "error-undone"
  /** 500, and it was done all the same */
  | "error-done"
  /** too much at once */
  | "throttled"
  /** DynamoDB: another transaction holds an item */
  | "conflict"
  /** DynamoDB: the same transaction is under way already */
  | "in-progress";

/**
 * Decides what befalls a command (`PutItemCommand`) as it is sent for the first, second, … time; undefined where it goes
 * well.
 */
export type Fate = (command: string, attempt: number) => WireFault | undefined;

/** An answer as the service puts it on the wire, so that the SDK itself makes its error of it. */
interface WireAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** How a service words what it refuses. */
type Words = (fault: Worded, command: string) => WireAnswer;
type Worded = Exclude<WireFault, "unsent" | "lost-done" | "lost-undone">;

/** Lets fate strike below the SDK's retries and its reading of answers: where the network is. */
export function injectIntoDynamoDb(client: DynamoDBClient, fate: Fate): void {
  client.middlewareStack.add(
    (next, { commandName: command = "" }) => {
      let attempt = 0;
      return (args) => {
        attempt += 1;
        return befall({ fault: fate(command, attempt), command, words: dynamoWords }, () => next(args));
      };
    },
    { step: "deserialize", priority: "normal", name: "faults" },
  );
}

export function injectIntoS3(client: S3Client, fate: Fate): void {
  client.middlewareStack.add(
    (next, { commandName: command = "" }) => {
      let attempt = 0;
      return (args) => {
        attempt += 1;
        return befall({ fault: fate(command, attempt), command, words: s3Words }, () => next(args));
      };
    },
    { step: "deserialize", priority: "normal", name: "faults" },
  );
}

/** Changes a byte of every body between its signing and the network, while `wanted` says so. */
export function corruptBodies(client: S3Client, wanted: () => boolean): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body?: unknown };
      if (wanted() && request.body instanceof Uint8Array && request.body.length > 0) {
        const body = Uint8Array.from(request.body);
        body[0] = (body[0] ?? 0) ^ 1;
        request.body = body;
      }
      return next(args);
    },
    { step: "deserialize", priority: "normal", name: "corruption" },
  );
}

interface Blow {
  readonly fault: WireFault | undefined;
  readonly command: string;
  readonly words: Words;
}

async function befall<Sent extends { readonly response: unknown }>(
  { fault, command, words }: Blow,
  send: () => Promise<Sent>,
): Promise<Sent> {
  // The SDK reads nothing of an answer but its response.
  const answered = (response: WireAnswer): Sent => ({ response }) as unknown as Sent;
  switch (fault) {
    case undefined:
      return send();
    case "unsent":
      throw broken("ECONNREFUSED", "connect ECONNREFUSED (injected)");
    case "lost-undone":
      throw broken("ECONNRESET", "socket hang up (injected)");
    case "lost-done":
      drop(await send());
      throw broken("ECONNRESET", "socket hang up (injected)");
    case "error-done":
      drop(await send());
      return answered(words(fault, command));
    case "error-undone":
    case "throttled":
    case "conflict":
    case "in-progress":
      return answered(words(fault, command));
  }
}

const broken = (code: string, message: string): Error => Object.assign(new Error(message), { code });

function drop({ response }: { readonly response: unknown }): void {
  const { body } = response as { readonly body?: unknown };
  if (body instanceof Readable) body.destroy();
}

const dynamoWords: Words = (fault, command) => {
  switch (fault) {
    case "throttled":
      return dynamoAnswer(400, "ThrottlingException", {});
    case "in-progress":
      return dynamoAnswer(400, "TransactionInProgressException", {});
    case "conflict":
      return command === "TransactWriteItemsCommand"
        ? dynamoAnswer(400, "TransactionCanceledException", {
            CancellationReasons: [{ Code: "None" }, { Code: "TransactionConflict", Message: "injected" }],
          })
        : dynamoAnswer(400, "TransactionConflictException", {});
    case "error-done":
    case "error-undone":
      return dynamoAnswer(500, "InternalServerError", {});
  }
};

function dynamoAnswer(statusCode: number, type: string, fields: object): WireAnswer {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "injected", ...fields };
  return {
    statusCode,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  };
}

const s3Words: Words = (fault) =>
  fault === "throttled" ? s3Answer(503, "SlowDown") : s3Answer(500, "InternalError");

function s3Answer(statusCode: number, code: string): WireAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`;
  return {
    statusCode,
    headers: { "content-type": "application/xml" },
    body: Readable.from([Buffer.from(body)]),
  };
}
