import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** Where `npm run test:clients:install` puts what it builds. */
const BUILT = resolve(".tools", "bin");

/** The path of a client from Debian's packages; the machine may have another of the same name earlier in its PATH. */
export const debian = (name: string): string => required(name, ["/usr/bin", "/usr/sbin"]);

/** The path of a client that was built as a Go module. */
export const built = (name: string): string => required(name, [BUILT]);

function required(name: string, directories: readonly string[]): string {
  const path = directories
    .map((directory) => `${directory}/${name}`)
    .find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new Error(`${name} is not in ${directories.join(" or ")}: run npm run test:clients:install`);
  }
  return path;
}
