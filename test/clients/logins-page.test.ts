import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../tiers/paths.ts";
import { LOGIN_CLIENT_NAMES } from "./support/login-clients.ts";
import { HOMES, type Logins, missingIn, REASONS, readLogins, type Shown, WHO } from "./support/logins.ts";
import { loginsPage, plain } from "./support/logins-page.ts";

const shown: Shown = {
  revision: "abc1234",
  date: "2026-11-27",
  through: WHO.map((who) => ({ client: "crane", who })),
  said: REASONS.map((because) => ({ client: "crane", because, words: `denied: ${because}` })),
};
const whole: Logins = { "one process": shown, "AWS, played": shown };

describe("the page of logins", () => {
  it("says once what a client says in both homes", () => {
    const page = loginsPage(["crane"], whole);
    expect(page).toContain("| crane | both | both | both | both |");
    expect(page.match(/denied: no right to push/g)).toHaveLength(1);
  });

  it("says both where they differ, and where nobody got through", () => {
    const said = shown.said.map((one) => ({ ...one, words: "403" }));
    const page = loginsPage(["crane"], { ...whole, "AWS, played": { ...shown, through: [], said } });
    expect(page).toContain("| crane | one process |");
    expect(page).toContain("no right to push (one process):\n\n```text\ndenied: no right to push\n```");
    expect(page).toContain("no right to push (AWS, played):\n\n```text\n403\n```");
  });

  it("has the words of a client without what differs from run to run", () => {
    const said =
      'time="2026-11-27T03:33:36Z" level=fatal msg="127.0.0.1:5000/a"\n\nGET /token?service=berth-9f: /tmp/berth-gateway-0a/x-1:1';
    expect(plain(said)).toBe('time="…" level=fatal msg="registry.example.com/a"\nGET /token?service=…: …:1');
  });
});

describe("the committed results", () => {
  it("lack nothing: every client in both homes, as everyone, and refused for every reason", () => {
    expect(missingIn(readLogins(), LOGIN_CLIENT_NAMES)).toEqual([]);
  });

  it("are what the page is written from", () => {
    const page = readFileSync(join(ROOT, "docs", "logins.md"), "utf8");
    expect(page).toBe(loginsPage(LOGIN_CLIENT_NAMES, readLogins()));
  });

  it.each(HOMES)("are told to be missing: %s", (home) => {
    const lacking = {
      ...whole,
      [home]: { ...shown, through: shown.through.slice(1), said: shown.said.slice(1) },
    };
    expect(missingIn(lacking, ["crane"])).toEqual([
      `${home}, crane: nobody got through as person`,
      `${home}, crane: nothing was said about wrong secret`,
    ]);
  });
});
