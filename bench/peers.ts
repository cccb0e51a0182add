import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { goTool } from "../test/tools/go-tool.ts";
import { GO_TOOLS } from "../test/tools/versions.ts";
import { findProgram, run } from "./commands.ts";
import { type Blob, MANIFEST_TYPE } from "./content.ts";

export const PEER_NAMES = ["berth", "distribution", "zot"] as const;
export type PeerName = (typeof PEER_NAMES)[number];

export interface Place {
  /** a folder of its own, for data and settings */
  readonly folder: string;
  readonly port: number;
}

/** A registry that can be started, with what a reader must know to judge its figures. */
export interface Peer {
  readonly name: PeerName;
  readonly version: string;
  readonly settings: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Writes the settings into the folder and returns the command that serves it. */
  readonly prepare: (place: Place) => Promise<readonly string[]>;
  /** Tags a manifest while the peer is stopped, where as many pushes of tags would take it hours. */
  readonly tagAtRest?: (tagging: {
    folder: string;
    repo: string;
    manifest: Blob;
    tags: readonly string[];
  }) => Promise<void>;
}

/** Every peer that this machine has; what is missing is told in `absent`, with what would bring it. */
export async function findPeers(): Promise<{ peers: readonly Peer[]; absent: readonly string[] }> {
  const found = [await berth(), await distribution(), await zot()];
  return {
    peers: found.filter((peer) => typeof peer !== "string"),
    absent: found.filter((peer) => typeof peer === "string"),
  };
}

async function berth(): Promise<Peer> {
  const revision = await run(["git", "describe", "--always", "--dirty"]);
  return {
    name: "berth",
    version: `${revision.trim()} on Node ${process.version}`,
    settings: [
      "the defaults of `npm start`, `--log-level error`",
      "durable: every file and folder is synced, then the table's commit (SQLite, synchronous=FULL), then the answer",
    ],
    env: {},
    prepare: async ({ folder, port }) => {
      const flags = ["--port", String(port), "--data", join(folder, "data"), "--log-level", "error"];
      return [process.execPath, "local/berth.ts", "serve", ...flags];
    },
  };
}

/** Builds distribution v3 where Go is at hand; Debian's docker-registry (2.8) takes its place elsewhere. */
export async function distributionProgram(): Promise<{ binary: string; version: string } | undefined> {
  if (findProgram("go") !== undefined)
    return { binary: await goTool("registry"), version: GO_TOOLS.registry.version };
  const binary = findProgram("docker-registry");
  return binary === undefined ? undefined : { binary, version: firstLine(await run([binary, "--version"])) };
}

export const NO_DISTRIBUTION = "distribution: install Go (for v3), or Debian's package docker-registry (2.8)";

async function distribution(): Promise<Peer | string> {
  const found = await distributionProgram();
  if (found === undefined) return NO_DISTRIBUTION;
  const { binary, version } = found;
  return {
    name: "distribution",
    version,
    settings: [
      "filesystem driver, in-memory blob descriptor cache, as in its example; level error, access log off, traces off",
      "durable: its driver syncs every file when it is closed or committed, the folder of small files too (no switch)",
    ],
    env: { OTEL_TRACES_EXPORTER: "none" },
    prepare: async ({ folder, port }) => {
      const config = join(folder, "config.yml");
      await writeFile(config, distributionConfig(join(folder, "data"), port));
      return [binary, "serve", config];
    },
  };
}

const distributionConfig = (data: string, port: number): string => `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage:
  cache: { blobdescriptor: inmemory }
  filesystem: { rootdirectory: ${data} }
  delete: { enabled: true }
http: { addr: "127.0.0.1:${port}" }
`;

async function zot(): Promise<Peer | string> {
  const binary = findProgram("zot");
  if (binary === undefined) {
    return "zot: put a minimal build of it (no extensions; v2.1.20 is what was measured) into .tools/bin/zot";
  }
  return {
    name: "zot",
    version: await zotVersion(binary),
    settings: [
      "minimal build, deduplication on (its default), no collector, level error",
      "durable: `commit: true` syncs every file that it writes",
      "the thousands of tags are written into its OCI layout at rest, since each push rewrites and syncs the whole index",
    ],
    env: {},
    prepare: async ({ folder, port }) => {
      const config = join(folder, "config.json");
      await mkdir(join(folder, "data"), { recursive: true });
      await writeFile(config, JSON.stringify(zotConfig(join(folder, "data"), port)));
      return [binary, "serve", config];
    },
    // With every tag it writes and syncs the repository's whole index again.
    tagAtRest: async ({ folder, repo, manifest: { digest, bytes }, tags }) => {
      const file = join(folder, "data", repo, "index.json");
      const index = JSON.parse(await readFile(file, "utf8")) as { manifests: unknown[] };
      for (const tag of tags) {
        const annotations = { "org.opencontainers.image.ref.name": tag };
        index.manifests.push({ mediaType: MANIFEST_TYPE, digest, size: bytes.length, annotations });
      }
      await writeFile(file, JSON.stringify(index));
    },
  };
}

const zotConfig = (rootDirectory: string, port: number) => ({
  distSpecVersion: "1.1.1",
  storage: { rootDirectory, commit: true, gc: false, dedupe: true },
  http: { address: "127.0.0.1", port: String(port) },
  log: { level: "error" },
});

/** zot tells its version as a line of its log. */
async function zotVersion(binary: string): Promise<string> {
  const told = JSON.parse(await run(["sh", "-c", '"$0" --version 2>&1', binary])) as Record<string, string>;
  return `${told["commit"] ?? "?"} (${told["binary-type"] ?? "?"})`;
}

const firstLine = (text: string): string => text.trim().split("\n", 1)[0] ?? "";
