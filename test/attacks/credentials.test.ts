import { describe, expect, it } from "vitest";
import { form } from "../auth/support/token-server.ts";
import { converse } from "../support/raw-client.ts";
import { type Attempt, attacked, basic, type Sender } from "./support/attacked.ts";
import { DELETE, PUSH, READ } from "./support/attempts.ts";

const berth = attacked();
const TOKEN = { path: "/token?scope=repository:shop/a:pull" };
/** A password is some tenths of a second of work, and more where others work, too. */
const MANY_PASSWORDS = 120_000;

describe("credentials", () => {
  it.each([
    "",
    "Basic",
    "Bearer",
    "Basic ====",
    "Bearer ,",
    "Bearer a b",
    "Negotiate abc",
    'Digest username="admin"',
    "Basic Og==",
    `Basic ${Buffer.from("admin").toString("base64")}`,
    `Basic ${Buffer.from("admin:").toString("base64")}`,
    `Bearer ${"a".repeat(6000)}`,
    `Basic ${"a".repeat(6000)}`,
  ])("of any length and form are refused: %.20s", async (value) => {
    const lines = ["GET /v2/ HTTP/1.1", "Host: a", `Authorization: ${value}`, "Connection: close", "", ""];
    for (const entrance of berth.entrances) {
      const answer = await converse(Number(new URL(entrance).port), lines.join("\r\n"));
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer.toLowerCase()).toContain("\r\nwww-authenticate: bearer realm=");
    }
  });

  it("that are longer than all headers may be are refused before they are read", async () => {
    for (const status of await berth.outcomes([READ, PUSH], {
      authorization: `Bearer ${"a".repeat(22_000)}`,
    }))
      expect([413, 431, 494]).toContain(status);
  });

  it("in the address are not heard", async () => {
    const { name, secret } = berth.people().admin;
    const token = await berth.tokenFor(berth.people().ada, "repository:shop/a:pull");
    const tried = [`access_token=${token}`, `token=${token}`, `username=${name}&password=${secret}`].map(
      (query) => ({ path: `${READ.path}?${query}` }),
    );
    expect(await berth.outcomes(tried)).toEqual([401]);
  });

  it("of one are not another's", async () => {
    const { ada, ben, pat } = berth.people();
    const swapped: readonly Sender[] = [
      { name: "ben", secret: ada.secret },
      { name: "admin", secret: ben.secret },
      { name: "robot:rea", secret: berth.people().rea.secret },
      { name: "ADA", secret: ada.secret },
      { name: "", secret: ada.secret },
    ];
    for (const as of swapped) expect(await berth.outcomes([DELETE, TOKEN], as)).toEqual([401]);
    expect(await berth.outcomes([TOKEN], { name: "tag", secret: pat.secret })).toEqual([401]);
  });
});

describe("an unknown name", () => {
  /** The whole answer, but for its date and number. */
  const told = async (as: Sender) => {
    const answer = await berth.fetch(TOKEN.path, {}, as);
    const headers = [...answer.headers].filter(([name]) => name !== "date" && name !== "x-request-id");
    return { status: answer.status, headers, body: await answer.text() };
  };
  /** How many passwords were hashed for it, and what it was answered. */
  const workOf = async (as: Sender) => {
    const before = berth.outside.hashes();
    const answer = await told(as);
    return { answer, hashes: berth.outside.hashes() - before };
  };

  it("is as much work as a wrong password, and the same answer: of a person, a robot, or nobody", {
    timeout: MANY_PASSWORDS,
  }, async () => {
    const wrong = await workOf({ name: "pat", secret: "not the right password" });
    expect(wrong).toMatchObject({ hashes: 1, answer: { status: 401 } });
    for (const name of ["nobody", "ada", "rea", "Not A Name", "", "x".repeat(300)])
      expect(await workOf({ name, secret: "not the right password" })).toEqual(wrong);
  });

  it("is as much work as the right password", async () => {
    const right = await workOf(berth.people().pat);
    expect(right).toMatchObject({ hashes: 1, answer: { status: 200 } });
  });

  it("with an access key is the same as a key that is wrong, gone, or another's", async () => {
    const { ada, ben } = berth.people();
    const turned = `${ada.secret.slice(0, -9)}${ada.secret.at(-9) === "A" ? "B" : "A"}${ada.secret.slice(-8)}`;
    const answers = await Promise.all(
      [
        { name: "nobody", secret: ada.secret },
        { name: "ada", secret: ben.secret },
        { name: "ada", secret: turned },
        { name: "ada", secret: `${ada.secret}x` },
      ].map(told),
    );
    expect(answers[0]?.status).toBe(401);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toHaveLength(1);
  });
});

describe("what was shown", () => {
  it("is in no answer and no log, however it was refused", { timeout: MANY_PASSWORDS }, async () => {
    const secret = "5ec7e7-correct-horse-battery";
    const { ada, pat } = berth.people();
    const token = await berth.tokenFor(ada, "repository:shop/a:pull");
    const idToken = await berth.outside.idToken({ aud: "elsewhere" });
    const hidden = [
      secret,
      basic({ name: "zoe", secret }).slice(6),
      ada.secret,
      pat.secret,
      basic(ada).slice(6),
      basic(pat).slice(6),
      token,
      ...token.split("."),
      idToken,
      ...idToken.split("."),
    ];
    const login = (password: string) => form({ grant_type: "password", username: "zoe", password });
    const answers = [
      await berth.fetch("/v2/", {}, { name: "zoe", secret }),
      await berth.fetch("/token", {}, { name: "zoe", secret }),
      await berth.fetch("/token", login(secret)),
      await berth.fetch("/token", login(ada.secret)),
      await berth.fetch("/token", login(pat.secret)),
      await berth.fetch("/token", form({ grant_type: "refresh_token", refresh_token: secret })),
      await berth.fetch("/token", form({ grant_type: "refresh_token", refresh_token: token })),
      await berth.fetch(`/token?password=${secret}&access_token=${token}`, {}, { name: "zoe", secret }),
      await berth.fetch("/token", {}, { name: "oidc", secret: idToken }),
      await berth.fetch("/v2/marked/name/tags/list", {}, { token }),
      await berth.fetch("/v2/marked/name/tags/list", {}, { token: `${token}x` }),
      await berth.fetch(`/v2/marked/name/tags/list?token=${token}&password=${secret}`),
      await berth.fetch("/v2/", {}, { authorization: `Digest ${secret}` }),
    ];
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    // with nothing wrong
    answers.push(await berth.fetch("/v2/", {}, pat), await berth.fetch(READ.path, {}, { token }));
    const told = await Promise.all(
      answers.map(async (answer) => `${JSON.stringify([...answer.headers])} ${await answer.text()}`),
    );
    const logged = await berth.logged();
    for (const each of hidden.filter((text) => text !== token.split(".")[0])) {
      expect(told.join("\n").replaceAll(each, "")).toBe(told.join("\n"));
      expect(logged.includes(each), `${each.slice(0, 12)}… is in the log`).toBe(false);
    }
  });

  it.each(["http://zoe:5ec7e7@berth.test", "ftp://zoe:5ec7e7@berth.test", "HTTPS://5ec7e7@berth.test:5000"])(
    "before the host of a target is in no answer and no log: %s",
    async (origin) => {
      const line = `GET ${origin}/v2/marked/target/tags/list?n=1 HTTP/1.1`;
      for (const entrance of berth.entrances) {
        const text = `${line}\r\nHost: a\r\nConnection: close\r\n\r\n`;
        const answer = await converse(Number(new URL(entrance).port), text);
        expect(answer).toMatch(/^HTTP\/1.1 (?:401|404) /);
        expect(answer).not.toContain("5ec7e7");
      }
      expect(await berth.logged()).not.toMatch(/zoe:5ec7e7|5ec7e7@/);
    },
  );
});

describe("who guesses a password", () => {
  it("is slowed down, whatever address they say that they have", { timeout: MANY_PASSWORDS }, async () => {
    const guess = (turn: number): Attempt => ({
      ...TOKEN,
      headers: {
        "X-Forwarded-For": `192.0.2.${turn}`,
        "X-Real-Ip": `192.0.2.${turn}`,
        Forwarded: `for=192.0.2.${turn}`,
        "X-Berth-Address": `192.0.2.${turn}`,
        "X-Berth-Edge": `guess-${turn}`,
      },
    });
    const statuses: number[] = [];
    // Each wait is twice the one before, so one of them is longer than it takes to be refused.
    for (let turn = 1; turn <= 12 && !statuses.includes(429); turn += 1)
      statuses.push(
        ...(await berth.outcomes([guess(turn)], { name: "bob", secret: `guess number ${turn}` })),
      );
    expect(statuses).toContain(429);
    expect(await berth.outcomes([TOKEN], berth.people().ben)).toEqual([200]);
  });
});
