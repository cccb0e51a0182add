import { uploadPath } from "../../shared/http/upload-location.ts";
import type { Digest } from "../../shared/oci/digest.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { startDoor } from "../../test/functions/support/door-process.ts";
import { type Push, sendUpload } from "../push.ts";
import { type Contender, type Took, timed } from "./contender.ts";
import type { Place } from "./stores.ts";

const REPO = parseRepoName("bench/door");
const CALLER = { name: "bench" };

/** `bundles` holds the functions. */
export const door = (bundles: string): Contender => ({
  name: "door",
  about: "the bundle of the upload door, as Lambda starts it; uploads are begun beside it, as the API does",
  ways: ["PATCH", "PUT"],
  start: async (place) => {
    const { port, process, stop } = await startDoor(bundles, doorVariables(place));
    return {
      pid: process.pid ?? 0,
      push: (push) => pushThrough(port, place, push),
      stop: async () => void (await stop()),
    };
  },
});

/** The environment of the door, beside where it listens. */
export const doorVariables = ({ dynamoDb, s3, region, name }: Place) => ({
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: s3.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  AWS_SESSION_TOKEN: "",
  AWS_ENDPOINT_URL_DYNAMODB: dynamoDb,
  AWS_ENDPOINT_URL_S3: s3.endpoint,
  BERTH_TABLE: name,
  BERTH_BUCKET: name,
});

async function pushThrough(port: number, { registry }: Place, push: Push): Promise<Took> {
  const { id, secret } = await registry.beginUpload({ repo: REPO, caller: CALLER });
  const begun = new URL(uploadPath({ repo: REPO, id, secret }), `http://127.0.0.1:${port}`);
  const took = await timed(() => sendUpload(begun, push));
  const digest = push.blob.digest as Digest;
  const { size } = await registry.statBlob({ repo: REPO, digest, caller: CALLER });
  if (size !== push.blob.size) throw new Error(`the door stored ${size} of ${push.blob.size} bytes`);
  return took;
}
