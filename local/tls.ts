import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { Complaint, causeOf } from "./complaint.ts";
import type { Settings } from "./settings.ts";

/** What the server shows and proves; PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Undefined where neither is set. Throws a Complaint where they can't be used. */
export function readTls({ tlsCert, tlsKey }: Pick<Settings, "tlsCert" | "tlsKey">): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new Complaint("--tls-cert and --tls-key belong together: give both or none");
  }
  const files = { cert: read("--tls-cert", tlsCert), key: read("--tls-key", tlsKey) };
  try {
    createSecureContext(files);
    return files;
  } catch (error) {
    const cause = error instanceof Error ? error.message : causeOf(error);
    throw new Complaint(`${tlsCert} and ${tlsKey} are no PEM certificate with its private key (${cause})`);
  }
}

function read(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Complaint(`can't read ${path} (${causeOf(error)}): give a readable PEM file with ${flag}`);
  }
}
