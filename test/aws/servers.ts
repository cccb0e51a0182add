import {
  CreateTableCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { type LocalServer, startLocalServer } from "./support/local-server.ts";
import { requireDynamoDbLocal, requireS3Server } from "./tools/places.ts";

/** What the stand-ins believe to be their region. */
export const LOCAL_REGION = "us-east-1";

const LOOPBACK = "127.0.0.1";
const HEAP = "-Xmx512m";

interface DynamoDbSettings {
  /** a free one where it is not given */
  readonly port?: number;
}

/**
 * AWS's DynamoDB Local, its tables in memory and the same for all credentials. Rejects where it or Java is missing.
 * It has no setting for an address: it listens on every one of the machine, for as long as it runs.
 */
export function startDynamoDbLocal({ port }: DynamoDbSettings = {}): Promise<LocalServer> {
  const folder = requireDynamoDbLocal();
  return startLocalServer({
    name: "DynamoDB Local (it needs Java 17 or newer)",
    host: LOOPBACK,
    port,
    cwd: folder,
    command: (chosen) => [
      "java",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      HEAP,
      "-Djava.library.path=./DynamoDBLocal_lib",
      "-jar",
      "DynamoDBLocal.jar",
      "-inMemory",
      "-sharedDb",
      "-disableTelemetry",
      "-port",
      String(chosen),
    ],
  });
}

interface S3Settings {
  /** an address of this machine */
  readonly host?: string;
  /** a free one where it is not given */
  readonly port?: number;
  /** an empty folder for all that it stores; on a file system with extended attributes */
  readonly folder: string;
}

/** An S3 server and the credentials that it takes. */
export interface S3Server extends LocalServer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An S3 server that verifies signatures, over a folder. Rejects where it is missing. */
export async function startS3Server({ host = LOOPBACK, port, folder }: S3Settings): Promise<S3Server> {
  const program = requireS3Server();
  const accessKeyId = "berthtest";
  const secretAccessKey = "berth-test-secret";
  const server = await startLocalServer({
    name: "the S3 server",
    host,
    port,
    command: (chosen) => [
      program,
      "--port",
      `${host}:${chosen}`,
      "--region",
      LOCAL_REGION,
      "--access",
      accessKeyId,
      "--secret",
      secretAccessKey,
      "--quiet",
      "posix",
      folder,
    ],
  });
  return { ...server, accessKeyId, secretAccessKey };
}

interface TableSettings {
  /** whether items go some time after `expires`; not where a test lives in another year */
  readonly timeToLive?: boolean;
}

/** A table as infra/ makes it: pk and sk, paid by request, `expires` for its time to live. */
export async function createTable(
  client: DynamoDBClient,
  name: string,
  { timeToLive = true }: TableSettings = {},
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: name });
  if (!timeToLive) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
    }),
  );
}

export async function createBucket(client: S3Client, name: string): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: name }));
}
