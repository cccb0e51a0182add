import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Caller } from "./callers.ts";
import { freshDirectory } from "./images.ts";

/** docker's configuration, which most clients read. */
export interface DockerConfig {
  readonly folder: string;
  /** config.json in it */
  readonly file: string;
}

/** A configuration of a caller's own, in which nobody is logged in; it names the credential helper where that is to be asked. */
export async function dockerConfig(host: string, caller: Caller): Promise<DockerConfig> {
  const folder = await freshDirectory("config");
  const file = join(folder, "config.json");
  const content = caller.kind === "helper" ? { credHelpers: { [host]: "berth" } } : {};
  await writeFile(file, JSON.stringify(content));
  return { folder, file };
}
