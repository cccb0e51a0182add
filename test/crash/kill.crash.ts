import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { beginLife, type Life } from "./life.ts";
import { MOMENTS, type Moment } from "./moments.ts";
import { type Hit, summarize } from "./tally.ts";

/** CRASH_KILLS: how often the server is killed. CRASH_SEED: repeats a run's choices (not the machine's timing). */
const KILLS = Number(process.env["CRASH_KILLS"] ?? 50);
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
/** A folder lives through so many kills, then its leftovers are counted and the next begins. */
const KILLS_OF_A_LIFE = 25;

/** Every moment in turn: the first time at once, the second time a little later, and so on. */
const plans = Array.from({ length: KILLS }, (_, at) => {
  const moment = MOMENTS[at % MOMENTS.length] as Moment;
  const delayed = Math.floor(at / MOMENTS.length) % 2 === 1;
  return { moment, delayed, name: `${delayed ? "a little later than " : ""}${moment.name}` };
});
const lives = Array.from({ length: Math.ceil(KILLS / KILLS_OF_A_LIFE) }, (_, at) => ({
  life: at + 1,
  plans: plans.slice(at * KILLS_OF_A_LIFE, (at + 1) * KILLS_OF_A_LIFE),
}));
const hits: Hit[] = [];

describe.each(lives)(
  `invariants 1 and 2: kill -9 loses nothing acknowledged (seed ${SEED}, folder $life)`,
  (given) => {
    let data: TemporaryFolder;
    let life: Life;
    let isSound = true;
    beforeAll(async () => {
      data = await temporaryFolder();
      life = await beginLife(data.path, SEED + given.life * 1000);
    });
    afterAll(async () => {
      await life.abandon();
      if (isSound) await data.remove();
      else console.log(`what was left of the registry is in ${data.path}`);
    });
    const soundly = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (!isSound) throw new Error("the failure above has ended the life of this folder");
      isSound = false;
      const result = await work();
      isSound = true;
      return result;
    };

    it.each(given.plans)("survives a kill $name", async (plan) => {
      const hit = await soundly(() => life.round(plan));
      hits.push(hit);
      expect(hit.running, "requests that the kill cut short").not.toEqual([]);
    });

    it("has nothing left over once the uploads have expired and were swept", async () => {
      expect(await soundly(life.end)).toEqual([]);
    });
  },
);

describe("the kills themselves", () => {
  it("hit every moment that they were aimed at", () => {
    const { table, missed } = summarize(hits);
    console.log(table);
    expect(hits).toHaveLength(KILLS);
    expect(missed).toEqual([]);
  });
});
