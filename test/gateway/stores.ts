import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { type S3Server, startDynamoDbLocal, startS3Server } from "../aws/servers.ts";
import type { Invocation } from "./http-api/server.ts";
import { startDynamodbProxy } from "./rights/dynamodb-proxy.ts";
import { createJudge, type Identity, type Ledger } from "./rights/identities.ts";
import { invocations } from "./rights/invocations.ts";
import { startJsonService } from "./rights/json-service.ts";
import { createKmsKeys, type KmsKeys } from "./rights/kms.ts";
import { startParameterStore } from "./rights/parameter-store.ts";
import { startS3Proxy } from "./rights/s3-proxy.ts";
import type { StackPlan, TablePlan } from "./template/stack.ts";
import type { Place } from "./template/template.ts";

/**
 * S3 has another name than the registry, so that clients take it for a foreign host, which must not be sent what the
 * registry is sent. No address: some clients refuse a redirect to a private one (crane and cosign, against SSRF).
 */
export const S3_HOST = "localhost";
const LOOPBACK = "127.0.0.1";

export interface StoresOptions {
  readonly stack: StackPlan;
  readonly place: Place;
  readonly identities: readonly Identity[];
  readonly ledger: Ledger;
  /** of AWS Systems Manager, by their names */
  readonly parameters: ReadonlyMap<string, string>;
  /** an empty folder for the S3 server */
  readonly folder: string;
  readonly s3Host: string;
  /** a function by its name */
  /** makes KMS what it is to be */
  readonly kms: (right: KmsKeys) => KmsKeys;
  readonly invoke: (functionName: string, event: string) => Promise<Invocation>;
  readonly log: (line: string) => void;
}

/** DynamoDB and S3 as the functions see them: behind their rights. */
export interface Stores {
  readonly dynamodb: string;
  readonly s3: string;
  readonly kms: string;
  readonly lambda: string;
  readonly ssm: string;
  /** all of them without rights, for who looks at what the functions left */
  readonly behind: {
    readonly dynamodb: string;
    readonly s3: Omit<S3Server, "stop">;
    readonly keys: Pick<KmsKeys, "privateKey">;
  };
  /** resolves when no access is under way, also of functions that are gone */
  readonly idle: () => Promise<void>;
}

/** Starts both stores with the tables and buckets of the stack. `running` takes what is to be stopped. */
export async function startStores(options: StoresOptions, running: AsyncDisposableStack): Promise<Stores> {
  const { place, identities, ledger, log } = options;
  const [dynamodb, s3] = await Promise.all([
    startDynamoDbLocal().then((server) => running.adopt(server, ({ stop }) => stop())),
    startS3Server({ folder: options.folder }).then((server) => running.adopt(server, ({ stop }) => stop())),
  ]);
  const { accessKeyId, secretAccessKey } = s3;
  const client = { region: place.region, credentials: { accessKeyId, secretAccessKey } };
  await createTables(new DynamoDBClient({ ...client, endpoint: dynamodb.endpoint }), options.stack);
  await createBuckets(
    new S3Client({ ...client, endpoint: s3.endpoint, forcePathStyle: true }),
    options.stack,
  );
  const judge = createJudge(identities, ledger);
  const tables = `arn:aws:dynamodb:${place.region}:${place.accountId}:table/`;
  const dynamodbProxy = await startDynamodbProxy({
    origin: dynamodb.endpoint,
    host: LOOPBACK,
    tables,
    judge,
    log,
  });
  running.adopt(dynamodbProxy, ({ stop }) => stop());
  const s3Proxy = await startS3Proxy({
    origin: s3.endpoint,
    accessKeyId,
    secretAccessKey,
    host: options.s3Host,
    judge,
    log,
  });
  running.adopt(s3Proxy, ({ stop }) => stop());
  const arns = `arn:aws:ssm:${place.region}:${place.accountId}:parameter/`;
  const { parameters } = options;
  const ssm = await startParameterStore({ host: LOOPBACK, arns, parameters, judge, log });
  running.adopt(ssm, ({ stop }) => stop());
  const keys = options.kms(createKmsKeys(options.stack.signingKeys));
  const functions = `arn:aws:lambda:${place.region}:${place.accountId}:function:`;
  const [kms, lambda] = await Promise.all([
    startJsonService({ judge, log, asked: keys.asked }),
    startJsonService({ judge, log, asked: invocations(functions, options.invoke) }),
  ]);
  for (const service of [kms, lambda]) running.adopt(service, ({ stop }) => stop());
  return {
    kms: kms.endpoint,
    lambda: lambda.endpoint,
    dynamodb: dynamodbProxy.endpoint,
    s3: s3Proxy.endpoint,
    ssm: ssm.endpoint,
    behind: { dynamodb: dynamodb.endpoint, s3, keys },
    idle: async () => void (await Promise.all([dynamodbProxy.idle(), s3Proxy.idle()])),
  };
}

async function createTables(client: DynamoDBClient, { tables }: StackPlan): Promise<void> {
  for (const table of tables) await createTable(client, table);
  client.destroy();
}

async function createTable(client: DynamoDBClient, table: TablePlan): Promise<void> {
  const indexes = table.indexes as GlobalSecondaryIndex[] | undefined;
  await client.send(
    new CreateTableCommand({
      TableName: table.name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: table.keys as KeySchemaElement[],
      AttributeDefinitions: table.attributes as AttributeDefinition[],
      ...(indexes && { GlobalSecondaryIndexes: indexes }),
    }),
  );
  if (table.ttl === undefined) return;
  const TimeToLiveSpecification = { AttributeName: table.ttl, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: table.name, TimeToLiveSpecification }));
}

/** Without versions, which no function sees: what is removed is gone for all of them. */
async function createBuckets(client: S3Client, { buckets }: StackPlan): Promise<void> {
  for (const Bucket of buckets) await client.send(new CreateBucketCommand({ Bucket }));
  client.destroy();
}
