import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject, vi } from "vitest";
import type { StsAccount } from "../../identities/support/sts.ts";
import { freshDirectory } from "./images.ts";

const ENTRY = fileURLToPath(
  new URL("../../../local/credential-helper/docker-credential-berth.ts", import.meta.url),
);

/**
 * Puts `docker-credential-berth` on the PATH of the clients of this test file, and the keys of AWS where `aws configure`
 * would, in the home folder of the run.
 */
export async function installHelper(account: StsAccount, region: string): Promise<void> {
  const folder = await freshDirectory("bin");
  const helper = join(folder, "docker-credential-berth");
  await writeFile(helper, `#!/bin/sh\nexec "${process.execPath}" "${ENTRY}" "$@"\n`);
  await chmod(helper, 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  const aws = join(inject("workshop"), ".aws");
  await mkdir(aws, { recursive: true });
  await writeFile(join(aws, "config"), `[default]\nregion = ${region}\n`);
  const { accessKeyId, secretAccessKey, sessionToken = "" } = account;
  await writeFile(
    join(aws, "credentials"),
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n` +
      `aws_session_token = ${sessionToken}\n`,
  );
}
