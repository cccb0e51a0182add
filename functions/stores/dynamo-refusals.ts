import {
  type Check,
  type Key,
  type Refusal,
  StoreUnavailableError,
  TableLimitError,
  type Write,
} from "../../shared/ports/table.ts";
import { itemSize } from "../../shared/stores/table-limits.ts";
import { decide } from "../../shared/stores/table-writes.ts";
import { type AwsError, attemptsOf, failureOf } from "./aws-errors.ts";
import type { CancellationReason } from "./dynamo-client.ts";
import { hasCounters } from "./dynamo-operations.ts";
import { attributesFromDynamo, type DynamoItem } from "./dynamo-values.ts";

interface DynamoError extends AwsError {
  /** of a ConditionalCheckFailedException: the item that the condition met, where it was asked for */
  readonly Item?: DynamoItem;
  /** of a TransactionCanceledException: one for each operation, in their order */
  readonly CancellationReasons?: readonly CancellationReason[];
}

/** What a read comes to that failed: StoreUnavailableError, TableLimitError, or what it was, a defect. */
export function readFailure(cause: unknown): unknown {
  const { failure, error } = failureOf(cause);
  if (failure !== "answered") {
    return new StoreUnavailableError(`DynamoDB can't be read now: ${error.message}`, { cause });
  }
  return error.name === "ValidationException" ? new TableLimitError(error.message, { cause }) : cause;
}

/** What a write of one item comes to that failed. Throws a TableLimitError for a broken limit, and defects. */
export function writeRefusal(cause: unknown, write: Write): Refusal {
  const { failure, error }: { failure: string; error: DynamoError } = failureOf(cause);
  if (failure === "lost") return { outcome: "unknown", cause };
  if (failure !== "answered") return { outcome: "throttled", cause };
  switch (error.name) {
    case "ConditionalCheckFailedException":
      return conditionFailed([write], [{ at: 0, item: error.Item }], cause);
    case "TransactionConflictException":
    case "ReplicatedWriteConflictException":
      return { outcome: "conflict" };
    case "ValidationException":
      throw new TableLimitError(error.message, { cause });
    default:
      throw cause;
  }
}

/**
 * What a transaction comes to that failed. One that was sent twice is `unknown` whatever the last answer says: that
 * speaks of the last sending, and the one before may still come to its end.
 */
export function transactRefusal(cause: unknown, operations: readonly (Write | Check)[]): Refusal {
  const { failure, error }: { failure: string; error: DynamoError } = failureOf(cause);
  if (failure === "lost" || error.name === "TransactionInProgressException")
    return { outcome: "unknown", cause };
  const refusal =
    failure === "answered" ? cancelled(error, operations) : { outcome: "throttled" as const, cause };
  return attemptsOf(error) > 1 ? { outcome: "unknown", cause } : refusal;
}

function cancelled(error: DynamoError, operations: readonly (Write | Check)[]): Refusal {
  if (error.name === "ValidationException") throw new TableLimitError(error.message, { cause: error });
  if (error.name !== "TransactionCanceledException") throw error;
  const reasons = (error.CancellationReasons ?? []).map(
    ({ Code = "None", Message = "", Item: item }, at) => ({
      at,
      code: Code,
      message: Message,
      item,
    }),
  );
  const codes = new Set(reasons.map(({ code }) => code));
  const invalid = reasons.find(({ code }) => code === "ValidationError");
  if (invalid) throw new TableLimitError(`operation ${invalid.at}: ${invalid.message}`, { cause: error });
  const failed = reasons.filter(({ code }) => code === "ConditionalCheckFailed");
  if (failed.length > 0) return conditionFailed(operations, failed, error);
  if (codes.has("TransactionConflict")) return { outcome: "conflict" };
  if (codes.has("ThrottlingError") || codes.has("ProvisionedThroughputExceeded")) {
    return { outcome: "throttled", cause: error };
  }
  throw error;
}

interface Failed {
  /** position of the operation */
  readonly at: number;
  readonly item: DynamoItem | undefined;
}

/**
 * An update that adds has one condition more than its clauses: that the counter stays exact. Throws a TableLimitError
 * where nothing but that has failed.
 */
function conditionFailed(
  operations: readonly (Write | Check)[],
  failed: readonly Failed[],
  cause: unknown,
): Refusal {
  const genuine = failed.filter(({ at, item }) => {
    const operation = operations[at];
    return operation === undefined || !hasCounters(operation) || !clausesHold(operation, item);
  });
  if (genuine.length > 0) return { outcome: "condition-failed", failed: genuine.map(({ at }) => at) };
  throw new TableLimitError("a counter is no number, or would leave the exact integers", { cause });
}

function clausesHold({ key, only = [] }: Write, item: DynamoItem | undefined): boolean {
  const check: Check = { op: "check", key, only };
  return decide([check], () => item && storedOf(key, item)).outcome === "apply";
}

function storedOf(key: Key, item: DynamoItem) {
  const attributes = attributesFromDynamo(item);
  return { attributes, size: itemSize(key, attributes) };
}
