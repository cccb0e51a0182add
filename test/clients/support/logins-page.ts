import { writeFile } from "node:fs/promises";

/** What a client said when it was refused. */
export interface Heard {
  readonly client: string;
  readonly because: "wrong secret" | "no right to push" | "no right to pull";
  readonly said: string;
}

const PAGE = "docs/logins.md";

/** Writes docs/logins.md after a run of the full tier; any other run leaves it alone. */
export async function writeLogins(heard: readonly Heard[]): Promise<void> {
  if (process.env["BERTH_TEST_TIER"] === "full") await writeFile(PAGE, page(heard));
}

function page(heard: readonly Heard[]): string {
  const clients = Map.groupBy(heard, ({ client }) => client);
  const sections = [...clients].flatMap(([client, own]) => [
    `## ${client}`,
    "",
    ...own.flatMap(({ because, said }) => [`${because}:`, "", "```text", plain(said), "```", ""]),
  ]);
  return [
    "# What clients say when they may not",
    "",
    "Written by the full tier (`npm run test:full`): each client logs in with the password of a person, the access key of",
    "a robot and the ID token of a CI system, pushes and pulls. Here is what it says where that is refused, in its own words.",
    "",
    ...sections,
  ].join("\n");
}

/** Without what differs from run to run. */
const plain = (said: string): string =>
  said
    .replaceAll(/127\.0\.0\.1:\d+/g, "registry.example.com")
    .replaceAll(/\/tmp\/berth-\w+\/[\w.-]+/g, "…")
    .replaceAll(/\b\d{4}[-/]\d\d[-/]\d\d[T ][\d:.]+Z?/g, "…")
    .split("\n")
    .slice(-6)
    .join("\n");
