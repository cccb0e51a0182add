import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { distributionProgram, NO_DISTRIBUTION } from "../peers.ts";
import { start } from "../processes.ts";
import { beginUpload, checkBlob, sendUpload } from "../push.ts";
import { type Contender, timed } from "./contender.ts";
import type { Place } from "./stores.ts";

const REPO = "bench/door";

/** What would bring it, where this machine does not have it. */
export async function distributionOnS3(): Promise<Contender | string> {
  const found = await distributionProgram();
  if (found === undefined) return NO_DISTRIBUTION;
  return {
    name: "distribution",
    about: `${found.version} with its S3 driver on the same server; level error, access log off, traces off`,
    ways: ["PATCH", "PUT"],
    start: async (place, folder) => {
      const { url, pid, stop } = await start(
        {
          name: "distribution",
          env: { OTEL_TRACES_EXPORTER: "none" },
          prepare: async ({ folder: own, port }) => {
            const config = join(own, "config.yml");
            await writeFile(config, settings(place, port));
            return [found.binary, "serve", config];
          },
        },
        folder,
      );
      return {
        pid,
        push: async (push) => {
          const begun = await beginUpload(url, REPO);
          const took = await timed(() => sendUpload(begun, push));
          await checkBlob(url, REPO, push.blob);
          return took;
        },
        stop,
      };
    },
  };
}

const settings = ({ s3, region, name }: Place, port: number): string => `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage:
  cache: { blobdescriptor: inmemory }
  s3:
    region: ${region}
    regionendpoint: ${s3.endpoint}
    forcepathstyle: true
    secure: false
    bucket: ${name}
    accesskey: ${s3.accessKeyId}
    secretkey: ${s3.secretAccessKey}
  redirect: { disable: true }
http: { addr: "127.0.0.1:${port}" }
`;
