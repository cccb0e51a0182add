import { nameOf } from "../../access/identity.ts";
import { HttpRefusal } from "../../http/refusal.ts";
import { networkOf } from "../network.ts";
import { type Tally, WindowTallies } from "./window-tallies.ts";

/** milliseconds in which a caller's requests are counted */
const WINDOW = 10_000;
/** callers that are kept in mind, of some 200 bytes each */
const MOST = 10_000;
/** Into so many parts a limit is cut: a process that has counted one of a caller tells the others. */
const PARTS = 100;

/** Who sent a request. */
export interface Sent {
  /** as policies have it; ANONYMOUS for who showed nothing, or nothing true */
  readonly name: string;
  /** the address that it came from; undefined where nobody can tell */
  readonly from: string | undefined;
}
/** Requests of one caller in a window; 0: as many as they like. */
export interface Limits {
  /** of who is known */
  readonly identity: number;
  /** of all others with one address (IPv6: /64) */
  readonly network: number;
}

/** What processes that serve one registry tell each other. */
export interface SharedCounts {
  /**
   * Adds what came here of a caller in the window that began at `start` (milliseconds since 1970), and answers what came
   * to all. Undefined where that can't be had: then this process goes by what it knows.
   */
  readonly add: (caller: string, start: number, requests: number) => Promise<number | undefined>;
}

export interface ThrottleOptions {
  readonly limits: Limits;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** where there are other processes */
  readonly shared?: SharedCounts;
  /** told of a caller's first request in a window that is refused */
  readonly onRefused: (sent: Sent) => void;
}

/** Refuses requests of who has sent too many, and of nobody else. */
export interface Throttle {
  /** Counts a request. HttpRefusal TOOMANYREQUESTS, with Retry-After, where its caller has had all of a window. */
  readonly count: (sent: Sent) => Promise<void>;
  /** The same refusal, and nothing is counted: before it is looked up whether somebody is who they say. */
  readonly check: (sent: Sent) => void;
}

export const ANONYMOUS = nameOf({ kind: "anonymous" });

interface Counted {
  readonly key: string;
  readonly limit: number;
}

/** Whose request it counts as; undefined where it is not counted. */
function countedAs({ name, from }: Sent, limits: Limits): Counted | undefined {
  if (name !== ANONYMOUS) return limits.identity > 0 ? { key: name, limit: limits.identity } : undefined;
  if (from === undefined || limits.network === 0) return undefined;
  return { key: `${ANONYMOUS} ${networkOf(from)}`, limit: limits.network };
}

/** Counts in memory, in windows of ten seconds: the same moment, the same window, in every process. */
export function createThrottle({ limits, now, shared, onRefused }: ThrottleOptions): Throttle {
  const tallies = new WindowTallies({ window: WINDOW, most: MOST });

  const refuse = (sent: Sent, tally: Tally, limit: number): never => {
    if (!tally.isReported) onRefused(sent);
    tally.isReported = true;
    throw tooMany(limit, tallies.startOf(now()) + WINDOW - now());
  };
  /** What is known of who has not had all; nothing of whom nobody counts. */
  const roomFor = (sent: Sent): (Counted & { readonly tally: Tally }) | undefined => {
    const counted = countedAs(sent, limits);
    if (counted === undefined) return undefined;
    const tally = tallies.of(counted.key, now());
    return sumOf(tally) < counted.limit ? { ...counted, tally } : refuse(sent, tally, counted.limit);
  };

  return {
    count: async (sent) => {
      const room = roomFor(sent);
      if (room === undefined) return;
      const { key, limit, tally } = room;
      tally.seen += 1;
      tally.untold += 1;
      if (shared === undefined || tally.untold < limit / PARTS) return;
      await tell(tally, (requests) => shared.add(key, tallies.startOf(now()), requests));
      if (sumOf(tally) > limit) refuse(sent, tally, limit);
    },
    check: (sent) => void roomFor(sent),
  };
}

const sumOf = ({ seen, elsewhere }: Tally): number => seen + elsewhere;

/** What could not be told is not told again: it may have been heard all the same. */
async function tell(tally: Tally, add: (requests: number) => Promise<number | undefined>): Promise<void> {
  const { untold } = tally;
  tally.untold = 0;
  tally.told += untold;
  const all = await add(untold);
  if (all === undefined) tally.told -= untold;
  // Of two that were told at the same time, the answers come in any order: a sum never shrinks.
  else tally.elsewhere = Math.max(tally.elsewhere, all - tally.told);
}

function tooMany(limit: number, milliseconds: number): HttpRefusal {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return new HttpRefusal(
    "TOOMANYREQUESTS",
    { reason: `more than ${limit} requests in ${WINDOW / 1000} s: try again in ${seconds} s` },
    { "Retry-After": String(seconds) },
  );
}
