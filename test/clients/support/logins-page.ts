import type { LoginClientName } from "./login-clients.ts";
import { HOMES, type Home, type Logins, REASONS, WHO } from "./logins.ts";

const CALLERS: Readonly<Record<(typeof WHO)[number], string>> = {
  person: "person, password",
  robot: "robot, access key",
  oidc: "CI job, ID token",
  aws: "AWS role, `docker-credential-berth`",
};

/** docs/logins.md: a section for each client, in their order. */
export function loginsPage(clients: readonly LoginClientName[], logins: Logins): string {
  return [
    "# How clients log in, and what they say when they may not",
    "",
    "Written by the full tier (`npm run test:full`). Each client logs in, pushes and pulls back what it has pushed, and is then",
    "refused, against Berth in two homes:",
    "",
    ...HOMES.map((home) => aboutOf(home, logins)),
    "",
    "Where both say the same, it stands here once. Versions: [clients.md](clients.md).",
    "",
    ...tableOf(clients, logins),
    "",
    "- ctr has no login and takes name and secret with each command; those of AWS its user has to ask the helper for.",
    "- The registry's words name who lacks which right on which repository. ctr of Debian never shows them.",
    "",
    ...clients.flatMap((client) => [
      `## ${client}`,
      "",
      ...REASONS.flatMap((because) => blocksOf(logins, client, because)),
    ]),
  ].join("\n");
}

const TITLES: Readonly<Record<Home, string>> = {
  "one process": "`berth serve`",
  "AWS, played": "the synthesized stack on this machine, by its edge ([gateway.md](gateway.md))",
};

function aboutOf(home: Home, logins: Logins): string {
  const { date, revision } = logins[home] ?? { date: "?", revision: "?" };
  return `- **${home}**: ${TITLES[home]}, on ${date}, at revision \`${revision}\``;
}

function tableOf(clients: readonly LoginClientName[], logins: Logins): string[] {
  const cell = (client: LoginClientName, who: (typeof WHO)[number]): string => {
    const homes = HOMES.filter((home) =>
      logins[home]?.through.some((one) => one.client === client && one.who === who),
    );
    if (homes.length === HOMES.length) return "both";
    return homes.length === 0 ? "**no**" : homes.join(", ");
  };
  const rows = clients.map((client) => [client, ...WHO.map((who) => cell(client, who))]);
  const heads = ["client", ...WHO.map((who) => CALLERS[who])];
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

function blocksOf(logins: Logins, client: LoginClientName, because: (typeof REASONS)[number]): string[] {
  const said = HOMES.flatMap((home) => {
    const found = logins[home]?.said.find((one) => one.client === client && one.because === because);
    return found === undefined ? [] : [{ home, words: found.words }];
  });
  const isOne = said.length === HOMES.length && new Set(said.map(({ words }) => words)).size === 1;
  return said
    .slice(0, isOne ? 1 : undefined)
    .flatMap(({ home, words }) => [
      isOne ? `${because}:` : `${because} (${home}):`,
      "",
      "```text",
      words,
      "```",
      "",
    ]);
}

/** What a client says of its machine, of a request that it has given up itself, and of steps before it says what is wrong. */
const NOISE = /DEPRECATION: |context canceled|Failed to (?:push|copy) /;

/** Without what differs from run to run, from home to home and from machine to machine: its last lines. */
export const plain = (said: string): string =>
  said
    .replaceAll(/127\.0\.0\.1:\d+/g, "registry.example.com")
    .replaceAll(/service=[\w-]+/g, "service=…")
    .replaceAll(/\/tmp\/berth-[\w-]+\/[\w.-]+/g, "…")
    .replaceAll(/\b\d{4}[-/]\d\d[-/]\d\d[T ][\d:.]+Z?/g, "…")
    .replaceAll(/sha256:[0-9a-f]{64}|\b[0-9a-f]{64}\b/g, "…")
    .split("\n")
    .filter((line) => line.trim() !== "" && !NOISE.test(line))
    .slice(-6)
    .join("\n");
