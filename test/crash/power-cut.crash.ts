import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../support/seeded-random.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { newSeen, remember, type Seen } from "./client.ts";
import type { World } from "./model.ts";
import { mistakesOf } from "./power-cut/image.ts";
import { type Cut, inspect } from "./power-cut/inspect.ts";
import { type Acknowledged, REPOS, record } from "./power-cut/scenario.ts";
import { NOT_NEEDED_HERE, roleOf } from "./power-cut/sync-roles.ts";
import { type Place, placesOf, type RecordedEvent, readEvents, type Skips } from "./power-cut/walk.ts";

const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
/** Beside the moment of each answer, the power is cut after every so many changes. */
const STRIDE = 16;
/** The same where syncs are left out: what they lose stays lost for many answers. */
const LONG_STRIDE = 64;
/** ways in which some of the unsynced survives, beside none of it, at the moment of each answer */
const WAYS = 2;
const LIMIT = { timeout: 1_200_000 };

let folder: TemporaryFolder;
let traces: TemporaryFolder;
let events: readonly RecordedEvent[];
let acknowledged: readonly Acknowledged[];
let seen: ReadonlyMap<string, Seen>;

beforeAll(async () => {
  folder = await temporaryFolder();
  traces = await temporaryFolder();
  const recording = await record(join(folder.path, "data"), traces.path);
  ({ acknowledged } = recording);
  events = await readEvents(recording);
  seen = new Map(REPOS.map((repo) => [repo, seenIn(repo)]));
});
afterAll(async () => {
  await folder.remove();
  await traces.remove();
});

function seenIn(repo: string): Seen {
  const all = newSeen();
  for (const { world } of acknowledged) remember(all, world, repo);
  return all;
}

const places = (skips: Skips = () => false) => placesOf({ root: folder.path, events, acknowledged, skips });

function* chosen(all: Iterable<Place>, stride: number): Generator<Place> {
  let changes = 0;
  for (const place of all) {
    changes += 1;
    if (place.isAnswer || changes % stride === 0) yield place;
  }
}

/** What the client may find: what was acknowledged, or that and what it is waiting for. */
function worldsAt({ acknowledged: count }: Place): readonly World[] {
  const before = acknowledged[count - 1]?.world ?? new Map();
  const after = acknowledged[count]?.world;
  return after ? [before, after] : [before];
}

const cut = (place: Place, way: Pick<Cut, "serves" | "chance">) =>
  inspect({ state: place.replay.state, worlds: worldsAt(place), seen, ...way });

function waysAt({ at, isAnswer }: Place): readonly Pick<Cut, "serves" | "chance">[] {
  const lucky = Array.from({ length: isAnswer ? WAYS : 1 }, (_, way) => seededRandom(SEED + at * WAYS + way));
  return [{ serves: isAnswer }, ...lucky.map((chance) => ({ serves: false, chance }))];
}

const describePlace = ({ at, acknowledged: count }: Place): string => {
  const { method, path } = acknowledged[count - 1]?.step.request ?? { method: "the", path: "start" };
  return `event ${at}, after ${method} ${path.slice(0, 60)}`;
};

async function firstComplaint(skips: Skips): Promise<string | undefined> {
  for (const place of chosen(places(skips), LONG_STRIDE)) {
    const complaint = await cut(place, { serves: false });
    if (complaint !== undefined) return `${describePlace(place)}: ${complaint.split("\n", 1)[0]}`;
  }
  return undefined;
}

describe(`invariant 2: what was acknowledged outlasts a power cut (seed ${SEED})`, () => {
  it("has recorded every change: the replay ends with the very files that are there", () => {
    const all = [...places()];
    expect(all.filter(({ isAnswer }) => isAnswer)).toHaveLength(acknowledged.length);
    const last = all.at(-1);
    expect(last && mistakesOf(last.replay.state.root, folder.path)).toEqual([]);
  });

  it("finds all of it, and nothing half, wherever the power is cut", LIMIT, async () => {
    const complaints: string[] = [];
    let cuts = 0;
    for (const place of chosen(places(), STRIDE)) {
      for (const way of waysAt(place)) {
        const complaint = await cut(place, way);
        cuts += 1;
        if (complaint !== undefined) complaints.push(`${describePlace(place)}: ${complaint}`);
      }
    }
    console.log(`${cuts} power cuts, ${acknowledged.length} acknowledged requests`);
    expect(complaints).toEqual([]);
  });

  it(
    "loses something without the syncs of any one kind, but for those whose reason is given",
    LIMIT,
    async () => {
      const roles = new Set<string>();
      for (const place of places()) {
        const { synced } = place.effect;
        if (synced !== undefined) roles.add(roleOf(synced, place.acknowledged));
      }
      const lines = ["left out, and the first thing that is lost:"];
      const notNeeded: string[] = [];
      for (const role of roles) {
        const complaint = await firstComplaint((path, count) => roleOf(path, count) === role);
        lines.push(`  ${role}: ${(complaint ?? "nothing").slice(0, 160)}`);
        if (complaint === undefined) notNeeded.push(role);
      }
      console.log(lines.join("\n"));
      expect(notNeeded.toSorted()).toEqual(Object.keys(NOT_NEEDED_HERE).toSorted());
    },
  );
});
