import type { TestProject } from "vitest/node";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { startDynamoDbLocal, startS3Server } from "../servers.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly dynamoDb: { readonly endpoint: string };
    readonly s3: {
      readonly endpoint: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
    };
  }
}

/** Both servers for the whole run. Rejects, and so fails the run, where one is missing or does not start. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await temporaryFolder();
  const stops = [folder.remove];
  const stop = async (): Promise<void> => {
    for (const each of stops.toReversed()) await each();
  };
  try {
    const s3 = await startS3Server({ folder: folder.path });
    stops.push(s3.stop);
    const dynamoDb = await startDynamoDbLocal();
    stops.push(dynamoDb.stop);
    const { endpoint, accessKeyId, secretAccessKey } = s3;
    project.provide("s3", { endpoint, accessKeyId, secretAccessKey });
    project.provide("dynamoDb", { endpoint: dynamoDb.endpoint });
  } catch (cause) {
    await stop();
    throw cause;
  }
  return stop;
}
