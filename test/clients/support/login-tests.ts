import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, type Guarded, NOBODY } from "./callers.ts";
import { makeImage, type TestImage } from "./images.ts";
import type { LoginClient } from "./login-client.ts";
import { LOGIN_CLIENT_NAMES, LOGIN_CLIENTS, type LoginClientName } from "./login-clients.ts";
import { type Home, type REASONS, readLogins, type Shown, WHO, writeLogins } from "./logins.ts";
import { loginsPage, plain } from "./logins-page.ts";

/** They have no place for the registry's words. */
const SHOWS_STATUS_ALONE: ReadonlySet<LoginClientName> = new Set(["ctr (Debian)"]);

/** milliseconds; a client takes seconds, on a machine with other work a minute and more */
const PATIENCE = 600_000;

interface Subject {
  readonly home: Home;
  readonly clients: readonly LoginClientName[];
  /** while tests run */
  readonly registry: () => Guarded;
}

/** What each client does and says where the registry asks its callers who they are; the full tier keeps it. */
export function loginTests({ home, clients, registry }: Subject): void {
  const through: Shown["through"][number][] = [];
  const said: Shown["said"][number][] = [];
  let image: TestImage;
  beforeAll(async () => {
    image = await makeImage(100_000);
  });
  afterAll(() => keep(home, { through, said }));

  describe.each(clients)("%s", { timeout: PATIENCE }, (client) => {
    let own: LoginClient;
    const named = (repository: string): string => `${registry().host}/${repository}:1`;
    const use = (caller: Caller) => own.use(registry().host, caller);
    const refused = async (because: (typeof REASONS)[number], work: Promise<unknown>): Promise<string> => {
      const words = await refusal(work);
      said.push({ client, because, words: plain(words) });
      return words;
    };
    /** what its user is to read */
    const words = (message: string): string => (SHOWS_STATUS_ALONE.has(client) ? "403 Forbidden" : message);

    beforeAll(async () => {
      own = await LOGIN_CLIENTS[client]();
    });
    afterAll(() => own.stop());

    it.each(WHO)("logs in with the credentials of a caller (%s), pushes, and pulls the same", async (who) => {
      const { push, pull } = await use(registry()[who]);
      const name = named(`team/${slug(client)}/${who}`);
      const pushed = await push(image, name);
      expect(await pull(name)).toBe(pushed);
      through.push({ client, who });
    });

    it("tells who shows a wrong secret", async () => {
      // A name of its own for each client: who fails too often with one name has to wait.
      const wrong = { kind: "login", name: slug(client), secret: "a wrong password" } as const;
      const work = use(wrong).then(({ pull }) => pull(named("team/nothing/here")));
      expect(await refused("wrong secret", work)).toMatch(/unauthorized|401|invalid username/i);
    });

    it("tells who has no right to push which right is missing, and for which repository", async () => {
      const { push } = await use(registry().reader);
      const told = await refused("no right to push", push(image, named("team/app")));
      expect(told).toContain(words("robot:reader has no right to push to team/app"));
    });

    it("tells who has no right to pull which right is missing, and for which repository", async () => {
      const { pull } = await use(registry().person);
      const told = await refused("no right to pull", pull(named("secret/app")));
      expect(told).toContain(words("user:ada has no right to pull from secret/app"));
    });

    it("tells who may do nothing there, and pushes, the same", async () => {
      const { push } = await use(registry().person);
      const told = await refused("no right to anything, push", push(image, named("secret/app")));
      expect(told).toContain(words("user:ada has no right to push to secret/app"));
    });

    it("tells who has not logged in that they have to", async () => {
      const { push, pull } = await use(NOBODY);
      for (const told of [
        await refused("no login, push", push(image, named("team/app"))),
        await refused("no login, pull", pull(named("team/app"))),
      ])
        expect(told).toMatch(/unauthorized|authorization failed|denied|401/i);
    });
  });
}

/** The client's own words for why it failed; its success is a failure of the test. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (outcome === undefined) throw new Error("it was not refused");
  return outcome.slice(outcome.indexOf("failed: ") + "failed: ".length).trim();
}

/** `ctr-debian` of `ctr (Debian)` */
const slug = (client: string): string =>
  client
    .toLowerCase()
    .replaceAll(/[() ]+/g, "-")
    .replace(/-$/, "");

/**
 * Takes what the full tier has seen of a home in the place of what was known of it, and writes docs/logins.md. A run of some
 * clients leaves both alone.
 */
function keep(home: Home, seen: Pick<Shown, "through" | "said">): void {
  const isWhole = LOGIN_CLIENT_NAMES.every((name) => seen.said.some(({ client }) => client === name));
  if (process.env["BERTH_TEST_TIER"] !== "full" || !isWhole) return;
  const revision = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const logins = { ...readLogins(), [home]: { revision, date, ...seen } };
  writeLogins(logins);
  writeFileSync("docs/logins.md", loginsPage(LOGIN_CLIENT_NAMES, logins));
}
