import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request as open } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, resolve } from "node:path";
import { startLocalServer } from "../../aws/support/local-server.ts";
import { requireEmulator } from "../tools/emulator.ts";
import { copyApiOnly } from "./api-only.ts";

const ROOT = resolve(import.meta.dirname, "..", "..", "..");
const CDK = join(ROOT, "node_modules", ".bin", "cdk");
const HOST = "127.0.0.1";
const ACCOUNT = "000000000000";
const REGION = "us-east-1";

/** AWS as an emulator plays it: one address for all services. */
export interface EmulatedAws {
  /** Bootstraps the account and deploys the stack of a cloud assembly; resolves with the id of its API. */
  readonly deploy: (assembly: string, stack: string) => Promise<string>;
  /** Serves an API of it at the root of an address of its own; resolves with the URL. */
  readonly serve: (apiId: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** `folder`: for what it keeps while it runs. */
export async function startEmulatedAws(folder: string): Promise<EmulatedAws> {
  await using running = new AsyncDisposableStack();
  const program = requireEmulator();
  const emulator = await startLocalServer({
    name: "the emulator of AWS",
    host: HOST,
    cwd: folder,
    command: (port) => ["env", ...variablesFor(port, folder), program],
  });
  running.defer(() => emulator.stop());
  const later = running.move();
  return {
    deploy: (assembly, stack) => deploy(emulator.endpoint, folder, { assembly, stack }),
    serve: async (apiId) => {
      const relay = await startRelay(emulator.endpoint, apiId);
      later.defer(() => relay.stop());
      return relay.url;
    },
    stop: () => later.disposeAsync(),
  };
}

/** The functions inherit what names the endpoints of the stores; they run under this Node. */
function variablesFor(port: number, folder: string): readonly string[] {
  const endpoint = `http://${HOST}:${port}`;
  return Object.entries({
    PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
    BIND_HOST: HOST,
    GATEWAY_PORT: String(port),
    MINISTACK_HOST: HOST,
    LAMBDA_EXECUTOR: "local",
    STATE_DIR: join(folder, "state"),
    TMPDIR: folder,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  }).map(([name, value]) => `${name}=${value}`);
}

interface Deployment {
  readonly assembly: string;
  readonly stack: string;
}

async function deploy(endpoint: string, folder: string, { assembly, stack }: Deployment): Promise<string> {
  const outputs = join(folder, "outputs.json");
  const deployed = join(folder, "assembly");
  await copyApiOnly(assembly, stack, deployed);
  const app = ["--app", deployed, "--ci"];
  await cdk(endpoint, ["bootstrap", `aws://${ACCOUNT}/${REGION}`, ...app]);
  await cdk(endpoint, ["deploy", stack, ...app, "--require-approval=never", "--outputs-file", outputs]);
  const read = JSON.parse(await readFile(outputs, "utf8")) as Record<string, Record<string, string>>;
  return new URL(read[stack]?.["ApiUrl"] ?? "").hostname.split(".")[0] ?? "";
}

function cdk(endpoint: string, parameters: readonly string[]): Promise<void> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: REGION,
    CDK_DISABLE_CLI_TELEMETRY: "true",
  };
  return new Promise((done, reject) => {
    execFile(CDK, parameters, { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 }, (cause, stdout, stderr) => {
      if (cause === null) return done();
      reject(new Error(`cdk ${parameters.join(" ")} failed:\n${stdout}${stderr}`, { cause }));
    });
  });
}

/**
 * On the host name of an API the emulator answers paths like /v2/x/blobs/y itself, as ECR does; only its other address
 * of an API leads to the functions, which no client could be given.
 */
async function startRelay(endpoint: string, apiId: string) {
  const { host, hostname, port } = new URL(endpoint);
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const path = `/_aws/execute-api/${apiId}/$default${incoming.url}`;
    const onward = open({ hostname, port, method, path, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.once("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, HOST);
  await once(server, "listening");
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    stop: async (): Promise<void> => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
