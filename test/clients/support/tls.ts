import { readFileSync } from "node:fs";
import type { ServerOptions } from "node:https";
import { fileURLToPath } from "node:url";

const tls = (file: string): string => fileURLToPath(new URL(`../../support/tls/${file}`, import.meta.url));

/** What a process has to trust that asks the stand-ins on this machine: NODE_EXTRA_CA_CERTS. */
export const CERTIFICATE = tls("cert.pem");

export const tlsOptions = (): ServerOptions => ({
  key: readFileSync(tls("key.pem")),
  cert: readFileSync(CERTIFICATE),
});
