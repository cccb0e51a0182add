import { type BerthProcess, spawnBerth } from "../support/berth-process.ts";
import { checkStore } from "../support/check-store.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { takeAim } from "./aim.ts";
import { type CrashClient, createClient } from "./client.ts";
import { contentOf } from "./content.ts";
import { killedStart } from "./killed-start.ts";
import type { Moment } from "./moments.ts";
import { connect } from "./requests.ts";
import type { Chance } from "./scripts.ts";
import { SHARED_REPO } from "./scripts.ts";
import { createSharedTags } from "./shared-tags.ts";
import { pushWhole } from "./steps.ts";
import { sweepInFuture } from "./sweep-in-future.ts";
import type { Hit } from "./tally.ts";
import { settleDoubt, verifyCatalog, verifyClient, verifySharedTags } from "./verify.ts";

/** One data folder, from its first start over many kills to its end. */
export interface Life {
  /** Lets the clients work, kills the server, starts it again and checks everything. Throws for what is wrong. */
  readonly round: (plan: Plan) => Promise<Hit>;
  /** Ends the server in order and sweeps; answers what is broken or left over. Throws as `round` does. */
  readonly end: () => Promise<readonly string[]>;
  /** Ends the server, whatever state it is in. */
  readonly abandon: () => Promise<void>;
}

export interface Plan {
  readonly moment: Moment;
  /** a little after its moment, at random, rather than at once */
  readonly delayed: boolean;
}

const CLIENTS = 5;

export async function beginLife(data: string, seed: number): Promise<Life> {
  const chance = chanceOf(seed);
  const sharedTags = createSharedTags();
  const clients: CrashClient[] = [];
  for (let at = 0; at < CLIENTS; at += 1) {
    const others = () => clients.filter((_, other) => other !== at);
    clients.push(
      createClient({ name: `client${at}`, chance: chanceOf(seed * 100 + at), sharedTags, others }),
    );
  }
  let server = await spawnBerth({ data });
  await pushSharedConfig(server.url);
  const stage = { data, clients, sharedTags };
  const knownJoined = new Set<string>();
  return {
    round: async ({ moment, delayed }) => {
      const fired = await killDuring(server, { moment, delayed, chance, stage });
      const starts = moment.on === "start" ? await killStarts(data, chance) : 0;
      server = await spawnBerth({ data });
      const joined = (await joinedOf(data)).filter((key) => !knownJoined.has(key));
      for (const key of joined) knownJoined.add(key);
      const running = await verifyAll(server, stage);
      const aimed = {
        step: fired.isOnTarget,
        join: joined.length > 0,
        time: running.length > 0,
        start: starts > 0,
      };
      const { acknowledged } = fired;
      return {
        moment: moment.name,
        onTarget: aimed[moment.on],
        running,
        acknowledged,
        joined: joined.length,
      };
    },
    end: async () => {
      await endInOrder(server);
      await sweepInFuture(data);
      const { broken, strays } = await checkStore(data);
      server = await spawnBerth({ data });
      for (const client of clients) client.expireUploads();
      await verifyAll(server, stage);
      await endInOrder(server);
      return [...broken, ...strays];
    },
    abandon: async () => void (await server.kill("SIGKILL")),
  };
}

interface Stage {
  readonly data: string;
  readonly clients: readonly CrashClient[];
  readonly sharedTags: ReturnType<typeof createSharedTags>;
}

function chanceOf(seed: number): Chance {
  const random = seededRandom(seed);
  const number = (below: number) => Math.floor(random() * below);
  let marks = 0;
  return {
    random,
    number,
    one: (list) => list[number(list.length)],
    mark: () => `${seed}-${(marks += 1)}`,
  };
}

/** The manifests that all clients push name this one blob. */
async function pushSharedConfig(url: string): Promise<void> {
  const connection = connect(url);
  const { request } = pushWhole(SHARED_REPO, contentOf(2, "config"));
  const { status } = await connection.send(request);
  connection.close();
  if (status !== 201) throw new Error(`the first blob was answered ${status}`);
}

interface Killing extends Plan {
  readonly chance: Chance;
  readonly stage: Stage;
}

async function killDuring(server: BerthProcess, { moment, delayed, chance, stage }: Killing) {
  const aim = takeAim({ moment, delayed, chance, data: stage.data, pid: server.pid });
  const { probe, isFired } = aim;
  const run = { url: server.url, prefer: moment.scripts, probe, isKilled: isFired };
  try {
    const counts = await Promise.all(stage.clients.map((client) => client.run(run)));
    const { stderr } = await server.ended;
    requireNone(defectsIn(stderr));
    const acknowledged = counts.reduce((total, count) => total + count, 0);
    const target = aim.target();
    const isOnTarget = stage.clients.some(
      (client) => target !== undefined && client.doubt()?.step === target,
    );
    return { acknowledged, isOnTarget };
  } finally {
    await aim.end();
  }
}

/** Lines of the log at the levels error and fatal. */
const defectsIn = (stderr: string): readonly string[] =>
  stderr.split("\n").filter((line) => /^\{"level":[56]0/.test(line));

/** milliseconds: the first waits for nothing but Node itself; by the last nearly every machine serves */
const START_KILLED = { first: 40, last: 540 };

/** Kills some starts; how many of them did not serve yet. Where all did, it tries again, sooner each time. */
async function killStarts(data: string, chance: Chance): Promise<number> {
  const wanted = 1 + chance.number(3);
  let { last } = START_KILLED;
  let unserved = 0;
  for (let killed = 0; killed < wanted || (unserved === 0 && last > START_KILLED.first); killed += 1) {
    const serves = await killedStart(data, START_KILLED.first + chance.number(last - START_KILLED.first));
    if (serves) last = Math.floor((START_KILLED.first + last) / 2);
    else unserved += 1;
  }
  return unserved;
}

/** Objects that were joined from their parts and that nothing names yet. */
async function joinedOf(data: string): Promise<readonly string[]> {
  const { contents } = await checkStore(data, { hash: () => false });
  const open = contents.items.filter(({ attributes }) => attributes["state"] === "open");
  const keys = open.map(({ attributes }) => String(attributes["multipartKey"]));
  return keys.filter((key) => contents.objects.has(key));
}

async function verifyAll(server: BerthProcess, { data, clients, sharedTags }: Stage) {
  const connection = connect(server.url);
  const running = (await Promise.all(clients.map((client) => verifyOne(server, client)))).flat();
  await verifySharedTags(connection, sharedTags);
  await verifyCatalog(connection, clients);
  connection.close();
  const { broken } = await checkStore(data, { hash: ({ size }) => size < 1_000_000 });
  requireNone(broken);
  return running;
}

/** Answers what became of the request that the client was waiting for. */
async function verifyOne(server: BerthProcess, client: CrashClient) {
  const connection = connect(server.url);
  const doubt = client.doubt();
  try {
    if (doubt) return [{ step: doubt.step, fate: await settleDoubt(connection, client, doubt) }];
    await verifyClient(connection, client);
    return [];
  } finally {
    connection.close();
  }
}

async function endInOrder(server: BerthProcess): Promise<void> {
  const { code, stderr } = await server.kill("SIGTERM");
  requireNone(defectsIn(stderr));
  if (code !== 0) throw new Error(`the server ended with ${code}: ${stderr}`);
}

function requireNone(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(complaints.slice(0, 20).join("\n"));
}
