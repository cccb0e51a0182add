import { existsSync } from "node:fs";
import { join } from "node:path";
import { TOOLS } from "./runtime-client.ts";

/** An emulator of AWS that deploys CloudFormation stacks and runs what is in them; MIT, from PyPI. */
export const EMULATOR = { package: "ministack", version: "1.5.33" } as const;

export const emulatorFolder = join(TOOLS, EMULATOR.package, EMULATOR.version);
const program = join(emulatorFolder, "bin", EMULATOR.package);

export const isEmulatorInstalled = (): boolean => existsSync(program);

/** The path of its program. Throws where it lacks. */
export function requireEmulator(): string {
  if (!isEmulatorInstalled()) {
    throw new Error(`${EMULATOR.package} is missing in ${emulatorFolder}: run \`npm run gateway:install\``);
  }
  return program;
}
