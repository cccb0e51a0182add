import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { buildFunctions } from "../../../functions/build.ts";
import { systemClock } from "../../../functions/system-clock.ts";
import { uploadPath } from "../../../shared/http/upload-location.ts";
import type { Digest } from "../../../shared/oci/digest.ts";
import { OciError } from "../../../shared/oci/errors.ts";
import { createRegistry } from "../../../shared/registry/create-registry.ts";
import { LOCAL_REGION } from "../../aws/servers.ts";
import { startDoor, type WebProcess } from "../../functions/support/door-process.ts";
import { fetchSource } from "../../support/bodies.ts";
import { caller, repo } from "../../support/domain.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { digestOf } from "./door-client.ts";
import { type DoorStores, startDoorStores } from "./door-stores.ts";
import { dynamoCall, type Fault, s3Call, startFaultProxy } from "./fault-proxy.ts";

const REPO = repo("team/app");

/** What befalls a call of the door to a store, as it arrives there. */
export type Fate = (call: string) => Fault | undefined;

/** The upload door as a process, over real stores that can be made to fail, and the registry that begins its uploads. */
export interface DoorStand {
  readonly port: number;
  readonly pid: number;
  readonly strike: (fate: Fate) => void;
  /** The path of a new upload. */
  readonly begin: () => Promise<string>;
  /** kill -9 */
  readonly kill: () => void;
  /** Lets the stores be well again, and come to rest; starts another door where this one was killed. */
  readonly recover: () => Promise<void>;
  /** all that the door has written */
  readonly output: () => string;
  /** Whether a blob can be pulled; throws where its bytes have another digest. */
  readonly isThere: (digest: string) => Promise<boolean>;
}

const unharmed: Fate = () => undefined;

const CHECK_MILLISECONDS = 180_000;

/** For all tests of the file. After each, nothing is wrong with the stores some days later, and nothing left over. */
export function useDoor(): DoorStand {
  const running = new AsyncDisposableStack();
  const up: Partial<Running> = {};
  const struck: { fate: Fate } = { fate: unharmed };
  /** what doors wrote that are gone, and the paths of all uploads */
  const [earlier, begun]: [string[], string[]] = [[], []];
  beforeAll(async () => {
    Object.assign(up, await start(running, (call) => struck.fate(call)));
    running.defer(() => void up.door?.process.kill("SIGKILL"));
  });
  afterEach(async () => {
    await stand.recover();
    expect(await must(up.stores).wrongInFuture()).toEqual([]);
  }, CHECK_MILLISECONDS);
  afterAll(async () => {
    await running.disposeAsync();
    const written = [...earlier, up.door?.output() ?? ""].join("");
    expect(written, "what the doors have written").not.toMatch(/a defect|"status":500/);
    for (const path of begun) expect(written, "what the doors have written").not.toContain(secretOf(path));
  });
  const registry = () => {
    const { table, blobs } = must(up.stores);
    return createRegistry({ table: table.table, blobs: blobs.blobs, clock: systemClock });
  };
  const stand: DoorStand = {
    get port() {
      return must(up.door).port;
    },
    get pid() {
      return must(must(up.door).process.pid);
    },
    strike: (fate) => {
      struck.fate = fate;
    },
    begin: async () => {
      const path = uploadPath({ repo: REPO, ...(await registry().beginUpload({ caller, repo: REPO })) });
      begun.push(path);
      return path;
    },
    kill: () => void must(up.door).process.kill("SIGKILL"),
    recover: async () => {
      struck.fate = unharmed;
      await must(up.idle)();
      const { process, output } = must(up.door);
      if (!process.killed && process.exitCode !== null) throw new Error(`the door has ended: ${output()}`);
      if (!process.killed) return;
      earlier.push(output());
      up.door = await must(up.startDoor)();
    },
    output: () => must(up.door).output(),
    isThere: async (digest) => {
      const found = await registry()
        .openBlob({ caller, repo: REPO, digest: digest as Digest })
        .catch(absent);
      if (!found) return false;
      if (digestOf(await fetchSource(found.source)) !== digest) throw new Error(`other bytes than ${digest}`);
      return true;
    },
  };
  return stand;
}

interface Running {
  readonly stores: DoorStores;
  door: WebProcess;
  readonly startDoor: () => Promise<WebProcess>;
  /** resolves when no call of a store is under way, also of doors that are gone */
  readonly idle: () => Promise<void>;
}

async function start(running: AsyncDisposableStack, fate: Fate): Promise<Running> {
  const folder = running.adopt(await temporaryFolder(), ({ remove }) => remove());
  const bundles = join(folder.path, "bundles");
  await buildFunctions(bundles);
  const stores = await startDoorStores(running);
  const proxies = await Promise.all([
    startFaultProxy({ origin: stores.dynamo.endpoint, nameOf: dynamoCall, fate }),
    startFaultProxy({ origin: stores.s3.endpoint, nameOf: s3Call, fate }),
  ]);
  for (const proxy of proxies) running.adopt(proxy, ({ stop }) => stop());
  const [dynamo, s3] = proxies;
  const environment = {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: stores.s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: stores.s3.secretAccessKey,
    AWS_SESSION_TOKEN: "",
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    BERTH_TABLE: stores.table.name,
    BERTH_BUCKET: stores.blobs.bucket,
  };
  const startOne = (): Promise<WebProcess> => startDoor(bundles, environment);
  const idle = async (): Promise<void> => void (await Promise.all(proxies.map((proxy) => proxy.idle())));
  return { stores, door: await startOne(), startDoor: startOne, idle };
}

const secretOf = (path: string): string => path.slice(path.indexOf("secret=") + "secret=".length);

function absent(cause: unknown): undefined {
  if (cause instanceof OciError && cause.reason === "BLOB_UNKNOWN") return undefined;
  throw cause;
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the door runs only while tests do");
  return value;
}
