import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Credentials, Place } from "./credentials.ts";

export type {
  AttributeValue,
  CancellationReason,
  DynamoDBClient,
  TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
/** The one file that knows the package. */
export {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";

/**
 * Two clients over the same connections. The SDK may repeat what is harmless when it is done twice: reads, and
 * transactions, whose token makes DynamoDB answer a repetition as it answered the first. It must not repeat other
 * writes: had the first been done and its answer lost, the second would meet its own trace, and a condition would seem
 * to have failed.
 */
export interface DynamoClients {
  readonly repeating: DynamoDBClient;
  readonly once: DynamoDBClient;
}

interface Connection extends Place {
  readonly credentials: Credentials;
  /** milliseconds for one answer; a third of it for a connection */
  readonly patience?: number;
}

/**
 * milliseconds. DynamoDB answers within some tens; what takes so long is lost. The domain tries a write five times, so
 * that together they stay below the half minute that a request has.
 */
const PATIENCE = 3000;
const ATTEMPTS = 3;

export function connectDynamo(connection: Connection): DynamoClients {
  const { region, endpoint, credentials, patience = PATIENCE } = connection;
  const settings = { region, credentials, retryMode: "standard", ...(endpoint && { endpoint }) };
  const timeouts = { connectionTimeout: patience / 3, requestTimeout: patience, throwOnRequestTimeout: true };
  const repeating = new DynamoDBClient({ ...settings, maxAttempts: ATTEMPTS, requestHandler: timeouts });
  const { requestHandler } = repeating.config;
  return { repeating, once: new DynamoDBClient({ ...settings, maxAttempts: 1, requestHandler }) };
}
