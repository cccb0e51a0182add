import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tiers/paths.ts";
import type { Callers } from "./callers.ts";
import type { LoginClientName } from "./login-clients.ts";

export const HOMES = ["one process", "AWS, played"] as const;
export type Home = (typeof HOMES)[number];

/** Who logs in, pushes and pulls. */
export const WHO = ["person", "robot", "oidc", "aws"] as const satisfies readonly (keyof Callers)[];
/** Why a client is refused. */
export const REASONS = [
  "wrong secret",
  "no right to push",
  "no right to pull",
  "no right to anything, push",
  "no login, push",
  "no login, pull",
] as const;

interface Said {
  readonly client: LoginClientName;
  readonly because: (typeof REASONS)[number];
  /** the client's own words, without what differs from run to run */
  readonly words: string;
}
interface Through {
  readonly client: LoginClientName;
  readonly who: (typeof WHO)[number];
}

/** What a run has shown of one home. */
export interface Shown {
  readonly revision: string;
  /** yyyy-mm-dd */
  readonly date: string;
  readonly through: readonly Through[];
  readonly said: readonly Said[];
}
export type Logins = Readonly<Partial<Record<Home, Shown>>>;

const FILE = join(ROOT, "docs", "logins.json");

export const readLogins = (): Logins => JSON.parse(readFileSync(FILE, "utf8")) as Logins;

export const writeLogins = (logins: Logins): void =>
  writeFileSync(FILE, `${JSON.stringify(logins, null, 2)}\n`);

/** What of all that a home is to show is not there, in sentences. */
export function missingIn(logins: Logins, clients: readonly LoginClientName[]): readonly string[] {
  return HOMES.flatMap((home) => {
    const { through = [], said = [] } = logins[home] ?? {};
    return clients.flatMap((client) => [
      ...WHO.filter((who) => !through.some((one) => one.client === client && one.who === who)).map(
        (who) => `${home}, ${client}: nobody got through as ${who}`,
      ),
      ...REASONS.filter(
        (because) => !said.some((one) => one.client === client && one.because === because),
      ).map((because) => `${home}, ${client}: nothing was said about ${because}`),
    ]);
  });
}
