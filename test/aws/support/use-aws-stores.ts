import { afterAll } from "vitest";
import { type DomainStores, useStores } from "../../support/domain.ts";
import { lazyBlobs, lazyTable, once } from "../../support/lazy-stores.ts";
import type { StoreContents } from "../../support/store-contents.ts";
import { brokenInvariants } from "../../support/store-invariants.ts";
import { fateByChance, type Rates } from "./fate.ts";
import { readStores } from "./read-stores.ts";
import { injectIntoDynamoDb, injectIntoS3, type WireFault } from "./sdk-faults.ts";
import { openAwsBlobs, openAwsTable } from "./stores.ts";

type Moods = Parameters<Parameters<typeof useStores>[0]>[0];

/** faults that may stay away by chance */
const RARE = 1;
const REVIEW_MILLISECONDS = 300_000;

const closes: (() => void)[] = [];
/** the domains whose tests have asked for moods */
const moody: {
  readonly counts: ReadonlyMap<WireFault, number>;
  readonly read: () => Promise<StoreContents>;
}[] = [];
/** which moods any test has asked for */
const asked = new Set<WireFault>();

/**
 * Puts every domain that the tests of this file make over a table and a bucket of its own, on the servers of this run.
 * Where a test asks for moods, they befall the requests on their way, of S3 too; in the end nothing may be half written.
 */
export function useAwsStores(): void {
  useStores(openOnServers);
  afterAll(review, REVIEW_MILLISECONDS);
}

function openOnServers({ random, rates }: Moods): DomainStores {
  const { fate, struck: counts } = fateByChance(random, wireRates(rates));
  const table = once(async () => {
    const opened = await openAwsTable({ timeToLive: false });
    const { repeating, once: single } = opened.clients;
    closes.push(opened.close);
    injectIntoDynamoDb(repeating, fate);
    injectIntoDynamoDb(single, fate);
    return opened;
  });
  const bare = once(async () => {
    const opened = await openAwsTable({ name: (await table()).name });
    closes.push(opened.close);
    return opened;
  });
  const blobs = once(async () => {
    const opened = await openAwsBlobs();
    closes.push(opened.close);
    injectIntoS3(opened.client, fate);
    return opened;
  });
  if (Object.keys(rates).length > 0)
    moody.push({ counts, read: async () => readStores(await table(), await blobs()) });
  return {
    table: lazyTable(async () => (await table()).table),
    bare: lazyTable(async () => (await bare()).table),
    blobs: lazyBlobs(async () => (await blobs()).blobs),
  };
}

/**
 * The moods of the port as what the wire does to bring them about. Two ways to the same mood share its rate, and so do the
 * times that the SDK sends a request (not throttling, the rarest): else writers that meet on one item come to no end in the tries that they have.
 */
function wireRates(rates: Moods["rates"]): Rates {
  const wire: Record<string, number | undefined> = {
    "in-progress": rates.throttled,
    conflict: share(rates.conflict, 1),
    throttled: rates.throttled,
    "lost-done": share(rates["unknown-written"], 2),
    "lost-undone": share(rates["unknown-unwritten"], 1),
    "error-done": share(rates["unknown-written"], 2),
  };
  const named = Object.entries(wire).filter(([, rate]) => rate !== undefined);
  for (const [fault] of named) asked.add(fault as WireFault);
  return Object.fromEntries(named) as Rates;
}

const SENDS = 2;
const share = (rate: number | undefined, ways: number): number | undefined =>
  rate === undefined ? undefined : rate / (SENDS * ways);

async function review(): Promise<void> {
  const broken: string[] = [];
  const struck = new Map<WireFault, number>();
  for (const { counts, read } of moody.splice(0)) {
    for (const [fault, count] of counts) struck.set(fault, (struck.get(fault) ?? 0) + count);
    broken.push(...brokenInvariants(await read()));
  }
  for (const close of closes.splice(0)) close();
  if (asked.size === 0) return;
  console.log(`faults on the wire: ${[...struck].map(([fault, count]) => `${fault} ${count}`).join(", ")}`);
  if (broken.length > 0) throw new Error(`something is half written:\n${broken.join("\n")}`);
  // Moods that never showed would prove nothing. A rare one may stay away: refusals.aws.ts plays each for certain.
  const missing = [...asked].filter((fault) => !struck.has(fault));
  if (missing.length > RARE) throw new Error(`these faults did not strike: ${missing.join(", ")}`);
}
