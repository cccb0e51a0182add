import { type AwsAtHand, NO_AWS } from "../../../local/doctor/aws.ts";
import type { Check } from "../../../local/doctor/check.ts";
import { CHECKS } from "../../../local/doctor/checks.ts";
import { diagnose } from "../../../local/doctor/diagnose.ts";
import { parseOptions } from "../../../local/doctor/options.ts";
import type { Report } from "../../../local/doctor/report.ts";
import type { Screen } from "../../../local/doctor/screen.ts";
import { systemClock } from "../../../local/system-clock.ts";
import { ANONYMOUS, type Credentials } from "../../../shared/client/auth/credentials.ts";
import { OPEN } from "../../../shared/http/authority.ts";
import type { HttpHandler } from "../../../shared/http/messages.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import type { Blobs } from "../../../shared/ports/blobs.ts";
import { createRegistry } from "../../../shared/registry/create-registry.ts";
import type { Registry } from "../../../shared/registry/registry.ts";
import { type RunningServer, startServer } from "../../../shared/server/server.ts";
import { createMemoryBlobs } from "../../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { type BucketOptions, bucketHandler } from "./bucket.ts";
import { type Guard, guardedHandler } from "./guard.ts";

export type Breaks = (handler: HttpHandler) => HttpHandler;

/** A registry on memory stores, behind a real socket, that does one thing wrong or nothing. */
export interface PatientOptions {
  readonly breaks?: Breaks;
  /** blobs come by a redirect to a second server, as from S3 */
  readonly bucket?: BucketOptions;
  /** it asks who comes; without one, it is open */
  readonly guard?: Guard;
}

export interface Patient {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const same: Breaks = (handler) => handler;
const ignore = () => {};
/** What is broken on purpose may end in a logged error. */
const log = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
  isLevelEnabled: () => false,
};

export async function startPatient({ breaks = same, bucket, guard }: PatientOptions): Promise<Patient> {
  const blobs = createMemoryBlobs();
  const serve = (handler: HttpHandler): Promise<RunningServer> =>
    startServer({
      settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 60_000, maxConnections: 100 },
      handler,
      log,
    });
  const store = bucket && (await serve((bucket.breaks ?? same)(bucketHandler(blobs, bucket))));
  const redirecting = bucket && store ? redirectingTo(blobs, store.port, bucket) : blobs;
  const registry = memoryRegistry(redirecting);
  const socket = Promise.withResolvers<number>();
  const handler = guard
    ? await guardedHandler(registry, socket.promise, guard)
    : createHttpHandler({ registry, authority: OPEN });
  const server = await serve(breaks(handler));
  socket.resolve(server.port);
  return {
    url: server.url,
    stop: async () => {
      await server.stop(0);
      await store?.stop(0);
    },
  };
}

export const memoryRegistry = (blobs: Blobs = createMemoryBlobs()): Registry =>
  createRegistry({ table: createMemoryTable(), blobs, clock: systemClock });

/** As the S3 adapter opens a blob: by a signed URL. */
function redirectingTo(
  blobs: Blobs,
  port: number,
  { host = "localhost", query = SIGNED }: BucketOptions,
): Blobs {
  return {
    ...blobs,
    open: async (key) =>
      (await blobs.head(key)) === undefined
        ? undefined
        : { kind: "redirect", url: `http://${host}:${port}/${key}${query}` },
  };
}

const SIGNED = "?X-Amz-Expires=900&X-Amz-Signature=right";

const quiet: Screen = { begin: ignore, moved: ignore, end: ignore, say: ignore };

/** Large enough to tell from what is small, small enough for many runs. */
const LARGE = 1024 * 1024;
/** Between the two. */
export const LIMIT = 512 * 1024;

export interface Run {
  readonly signal?: AbortSignal;
  readonly checks?: readonly Check[];
  /** as the flag has it */
  readonly largeSize?: string;
  readonly credentials?: Credentials;
  readonly aws?: AwsAtHand;
}

/** What the doctor says of the registry at `url`. */
export function reportOn(url: string, run: Run = {}): Promise<Report> {
  const { signal = new AbortController().signal, checks = CHECKS, largeSize = String(LARGE) } = run;
  const { credentials = ANONYMOUS, aws = NO_AWS } = run;
  const flags = { repository: "team/doctor", largeSize, timeout: "20s" };
  const now = () => performance.now();
  return diagnose(parseOptions(url, flags), {
    screen: quiet,
    now,
    signal,
    checks,
    credentials: async () => credentials,
    trust: () => false,
    aws,
  });
}

/** Starts a registry, examines it, and stops it. */
export async function examined(options: PatientOptions, run: Run = {}): Promise<Report> {
  const patient = await startPatient(options);
  try {
    return await reportOn(patient.url, run);
  } finally {
    await patient.stop();
  }
}
