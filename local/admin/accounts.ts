import type { Connection, Report } from "./connection.ts";
import { textTable } from "./text-table.ts";
import { escaped, minuteIn, textIn } from "./values.ts";

export type Listing = "people" | "robots";
const NOUNS = { people: "person", robots: "robot" } as const;
const WORDS = { people: "user", robots: "robot" } as const;

export async function addAccount(at: Connection, listing: Listing, name: string): Promise<Report> {
  const json = await at.ask({ method: "POST", path: listing, body: { name } });
  const who = `${WORDS[listing]}:${name}`;
  return {
    json,
    lines: [`Added ${who}. Give it an access key: berth key add ${who} NAME`],
  };
}

export async function listAccounts(at: Connection, listing: Listing): Promise<Report> {
  const json = await at.list(listing, listing);
  const isPerson = listing === "people";
  const head = ["NAME", ...(isPerson ? ["PASSWORD"] : []), "ADDED", "BY"];
  const rows = json.map((each) => [
    textIn(each, "name"),
    ...(isPerson ? [each["password"] === true ? "yes" : "no"] : []),
    minuteIn(each, "created", ""),
    textIn(each, "actor"),
  ]);
  return { json, lines: textTable(head, rows, `There are no ${listing}.`) };
}

export async function deleteAccount(at: Connection, listing: Listing, name: string): Promise<Report> {
  await at.ask({ method: "DELETE", path: `${listing}/${escaped(name)}` });
  return { json: { deleted: name }, lines: [`Deleted the ${NOUNS[listing]} ${name}, and its access keys.`] };
}

export async function setPassword(at: Connection, name: string, password: string): Promise<Report> {
  await at.ask({ method: "PUT", path: `people/${escaped(name)}/password`, body: { password } });
  const lines = [`Set the password of user:${name}.`, `  docker login -u ${name} ${at.host}`];
  return { json: { name, password: true }, lines };
}

export async function removePassword(at: Connection, name: string): Promise<Report> {
  await at.ask({ method: "DELETE", path: `people/${escaped(name)}/password` });
  return { json: { name, password: false }, lines: [`user:${name} has no password any more.`] };
}
