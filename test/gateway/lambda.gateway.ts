import { afterAll, describe, expect, it, vi } from "vitest";
import { createPlayer } from "./support/player.ts";

/** As the gateway makes it, as far as the player looks. */
const play = (what: string, rawQueryString = ""): string =>
  JSON.stringify({ pathParameters: { what }, rawQueryString });

interface Echo {
  readonly environment: Record<string, string>;
  readonly invocations: number;
  readonly remaining: number;
}

describe("a function through the Lambda runtime interface client", () => {
  const player = createPlayer({ most: 2, idle: 60_000 });
  afterAll(() => player.stop());

  const echo = async (): Promise<Echo> => {
    const end = await player.invoke(play("echo"));
    if (end.outcome === "failed") throw new Error(end.reason);
    return JSON.parse(end.payload) as Echo;
  };

  it("keeps an environment warm: one process handles one event after the other", async () => {
    const first = await echo();
    expect((await echo()).invocations).toBe(first.invocations + 1);
    expect(player.pids()).toHaveLength(1);
  });

  it("starts further environments for events at the same time, up to the limit; others wait", async () => {
    const ends = await Promise.all(Array.from({ length: 5 }, () => player.invoke(play("sleep", "50"))));
    expect(ends.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => "returned"));
    expect(player.pids()).toHaveLength(2);
  });

  it("sees what Lambda sets and the template, and nothing of this process", async () => {
    const { environment, remaining } = await echo();
    expect(environment).toMatchObject({
      AWS_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_NAME: "player",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      OWN: "from the template",
    });
    expect(environment).not.toHaveProperty("HOME");
    expect(environment).not.toHaveProperty("VITEST");
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(20_000);
  });

  it("reports what the handler throws", async () => {
    expect(await player.invoke(play("throw"))).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("as asked") as unknown,
    });
  });

  it("fails the event whose process ends, and starts another one for the next", async () => {
    expect(await player.invoke(play("end"))).toMatchObject({ outcome: "failed" });
    expect((await player.invoke(play("echo"))).outcome).toBe("returned");
  });

  it("fails the event whose process is killed, and no other one", async () => {
    const killed = player.invoke(play("sleep", "60000"));
    await vi.waitFor(() => expect(player.pids().length).toBeGreaterThan(0));
    for (const pid of player.pids()) process.kill(pid, "SIGKILL");
    expect(await killed).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("SIGKILL") as unknown,
    });
    expect((await player.invoke(play("echo"))).outcome).toBe("returned");
  });
});

describe("the ends of an environment", () => {
  it("kills it at the function's timeout, and says so as Lambda does", async () => {
    const player = createPlayer({ most: 1, idle: 60_000 }, { timeout: 1 });
    expect(await player.invoke(play("sleep", "60000"))).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("Task timed out after 1.00 seconds") as unknown,
    });
    await vi.waitFor(() => expect(player.pids()).toEqual([]));
    await player.stop();
  });

  it("ends it when it was idle for long enough", async () => {
    const player = createPlayer({ most: 1, idle: 50 });
    await player.invoke(play("echo"));
    await vi.waitFor(() => expect(player.pids()).toEqual([]));
  });

  it("fails with the reason where the function does not start", async () => {
    const player = createPlayer({ most: 1, idle: 50 }, { handler: "missing.handler" });
    expect(await player.invoke(play("echo"))).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining("missing") as unknown,
    });
    await player.stop();
  });

  it("leaves no process behind when it is stopped", async () => {
    const player = createPlayer();
    await player.invoke(play("echo"));
    const pids = player.pids();
    await player.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
