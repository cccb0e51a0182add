import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { TOOLS } from "../../test/aws/tools/places.ts";

/** Only measured here, so it is no dependency; with its own copy of the S3 client, of the version that Berth has. */
export const LIB_STORAGE = { package: "@aws-sdk/lib-storage", version: "3.1175.0" } as const;
const FOLDER = join(TOOLS, "lib-storage", LIB_STORAGE.version);

/** What is used of the package. */
interface Upload {
  readonly done: () => Promise<{ readonly ETag?: string }>;
}
interface UploadOptions {
  readonly client: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  readonly queueSize?: number;
  readonly partSize?: number;
}
interface LibStorage {
  readonly Upload: new (options: UploadOptions) => Upload;
  readonly S3Client: new (options: Readonly<Record<string, unknown>>) => unknown;
}

/** Installs it into `.tools` once. Rejects with npm's own words where that fails. */
export async function installLibStorage(): Promise<void> {
  if (existsSync(join(FOLDER, "node_modules", LIB_STORAGE.package))) return;
  const { package: name, version } = LIB_STORAGE;
  console.log(`installing ${name} ${version} (once)`);
  await mkdir(FOLDER, { recursive: true });
  const packages = [`${name}@${version}`, `@aws-sdk/client-s3@${version}`];
  const settings = ["--prefix", FOLDER, "--no-save", "--no-audit", "--no-fund", "--silent"];
  await promisify(execFile)("npm", ["install", ...settings, ...packages]);
}

export function loadLibStorage(): LibStorage {
  const require = createRequire(join(FOLDER, "index.js"));
  return { ...require(LIB_STORAGE.package), ...require("@aws-sdk/client-s3") } as LibStorage;
}
