import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GuardedBerth, startGuarded } from "./support/guarded.ts";
import { makeImage, type TestImage } from "./support/images.ts";
import { LOGIN_CLIENTS, type LoginClient } from "./support/login-clients.ts";
import { type Heard, writeLogins } from "./support/logins-page.ts";

/** What a client does and says where the registry asks its callers who they are. */

const heard: Heard[] = [];
let berth: GuardedBerth;
let image: TestImage;

beforeAll(async () => {
  berth = await startGuarded();
  image = await makeImage(100_000);
});
afterAll(async () => {
  await berth.stop();
  await writeLogins(heard);
});

/** The client's own words for why it failed; its success is a failure of the test. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (outcome === undefined) throw new Error("it was not refused");
  return outcome.slice(outcome.indexOf("failed: ") + "failed: ".length).trim();
}

/** It has no place for the registry's words. */
const SHOWS_STATUS_ALONE: ReadonlySet<string> = new Set(["ctr (Debian)"]);

/** `ctr-debian` of `ctr (Debian)` */
const slug = (client: string): string =>
  client
    .toLowerCase()
    .replaceAll(/[() ]+/g, "-")
    .replace(/-$/, "");

describe.each(Object.entries(LOGIN_CLIENTS))("%s", (client, start) => {
  let own: LoginClient;
  const named = (repository: string): string => `${berth.host}/${repository}:1`;

  beforeAll(async () => {
    own = await start();
  });
  afterAll(() => own.stop());

  it.each(["person", "robot", "oidc"] as const)(
    "logs in with the credentials of a %s, pushes and pulls",
    async (who) => {
      const { push, pull } = await own.login(berth.host, berth[who]);
      const name = named(`team/${slug(client)}/${who}`);
      await push(image, name);
      await expect(pull(name)).resolves.toBeDefined();
    },
  );

  it("tells who shows a wrong secret", async () => {
    // A name of its own for each client: who fails too often with one name has to wait.
    const wrong = { name: slug(client), secret: "a wrong password" };
    const said = await refusal(
      own.login(berth.host, wrong).then(({ pull }) => pull(named("team/nothing/here"))),
    );
    heard.push({ client, because: "wrong secret", said });
    expect(said).toMatch(/unauthorized|401|invalid username/i);
  });

  it("tells who has no right to push which right is missing, and for which repository", async () => {
    const { push } = await own.login(berth.host, berth.reader);
    const said = await refusal(push(image, named("team/app")));
    heard.push({ client, because: "no right to push", said });
    expect(said).toContain(
      SHOWS_STATUS_ALONE.has(client) ? "403 Forbidden" : "robot:reader has no right to push to team/app",
    );
  });

  it("tells who has no right to pull", async () => {
    const { pull } = await own.login(berth.host, berth.person);
    const said = await refusal(pull(named("secret/app")));
    heard.push({ client, because: "no right to pull", said });
    expect(said).toMatch(/denied|unauthorized|forbidden|40[13]/i);
  });
});
