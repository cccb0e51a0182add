import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileDigest } from "../../clients/support/content.ts";
import { freshDirectory, randomFile } from "../../clients/support/images.ts";
import { run } from "../../clients/support/run.ts";
import { built } from "../../clients/support/tools.ts";
import type { Running } from "./client.ts";

/** helm refuses a larger file in a chart, whatever its registry. */
const LARGEST_FILE = 5_000_000;
/** and a larger chart: 100 MiB */
export const LARGEST_CHART = 100 * 1024 * 1024;

const VERSION = "1.0.0";

const helm = (...parameters: string[]): Promise<string> => run([built("helm"), ...parameters]);

/** A chart's package with random files. Made by tar, since helm does not pack what it would not push. */
async function pack(bytes: number): Promise<string> {
  const directory = await freshDirectory("chart");
  const chart = join(directory, "pier");
  await mkdir(chart);
  await writeFile(join(chart, "Chart.yaml"), `apiVersion: v2\nname: pier\nversion: ${VERSION}\n`);
  for (let left = bytes; left > 0; left -= LARGEST_FILE)
    await randomFile(join(chart, `${left}.bin`), Math.min(left, LARGEST_FILE));
  const packed = join(directory, `pier-${VERSION}.tgz`);
  await run(["tar", "-C", directory, "--use-compress-program=gzip -1", "-cf", packed, "pier"]);
  await rm(chart, { recursive: true });
  return packed;
}

export const startHelm = async (): Promise<Running> => ({
  take: async (bytes, repository) => {
    const packed = await pack(bytes);
    const digest = await fileDigest(packed);
    return {
      name: `${repository}/pier:${VERSION}`,
      isSame: ({ digests }) => digests.includes(digest),
      push: () => helm("push", "--plain-http", packed, `oci://${repository}`),
      comesBack: async () => {
        const into = await freshDirectory("pulled");
        await helm("pull", "--plain-http", `oci://${repository}/pier`, `--version=${VERSION}`, "-d", into);
        const pulled = await readFile(join(into, `pier-${VERSION}.tgz`));
        return pulled.equals(await readFile(packed));
      },
      forget: () => rm(packed),
    };
  },
  stop: () => Promise.resolve(),
});
