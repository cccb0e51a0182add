import { type Cell, cellAt, type Tried } from "./cells.ts";
import { type Abilities, ARRANGEMENTS, type Arrangement, SIZES, type Size } from "./matrix.ts";

const SIZE_NAMES = Object.keys(SIZES) as Size[];

type Named = Pick<Abilities, "name">;

/** docs/door-clients.md: a row for each client, in their order. */
export function doorClientsPage(clients: readonly Named[], cells: readonly Tried[]): string {
  const said = [...new Set(cells.flatMap(wordsIn))];
  const dates = [...new Set(cells.map(({ date }) => date))].toSorted();
  const revisions = [...new Set(cells.map(({ revision }) => `\`${revision}\``))];
  return [
    "# Which client pushes how large a layer to which arrangement",
    "",
    "Written by `npm run test:door-clients` of the full tier: each cell is a test that ran, of the synthesized stack on one",
    `machine ([gateway.md](gateway.md)), on ${dates.join(", ")}, at revisions ${revisions.join(", ")}.`,
    "",
    "A number is the seconds that the push took: what was pushed was then read back through the registry, byte by byte, and",
    "up to 20 MB pulled by the client itself. **no** is a push that was refused as it should be, with the client's words",
    "below. The machine had two cores, and much other work: its seconds compare nothing. A dash: not tried (6 GiB: docker and",
    "crane only, and not where 1 GiB is refused). Versions: [clients.md](clients.md).",
    "",
    ...ARRANGEMENTS.flatMap((arrangement) => [
      `## ${TITLES[arrangement]}`,
      "",
      ...tableOf(clients, said, (client, size) => cellAt(cells, { client, arrangement, size })),
      "",
    ]),
    "## What clients say",
    "",
    ...said.map((words, position) => `${position + 1}. \`${words.replaceAll("`", "'")}\``),
    "",
    "- helm takes charts of at most 100 MiB, from any registry.",
    "- regctl sends a blob whole, and where that is refused, in pieces of 1 MiB; with `--blob-chunk` in pieces of its size.",
    "- `berth push` has no pull; crane pulls what it pushed.",
    "",
  ].join("\n");
}

const TITLES: Readonly<Record<Arrangement, string>> = {
  "API only": 'The API only: `"door": "none"`, without the edge',
  "API and door": "The API and the upload door: two hosts, without the edge",
  edge: "The edge: one host before both",
};

function tableOf(
  clients: readonly Named[],
  said: readonly string[],
  at: (client: string, size: Size) => Cell | undefined,
): string[] {
  const heads = ["client", ...SIZE_NAMES];
  const rows = clients.map(({ name }) => [name, ...SIZE_NAMES.map((size) => textOf(at(name, size), said))]);
  return [heads, heads.map((_, column) => (column === 0 ? "---" : "---:")), ...rows].map(
    (row) => `| ${row.join(" | ")} |`,
  );
}

const wordsIn = (cell: Cell): readonly string[] => (cell.kind === "through" ? [] : [cell.words]);

function textOf(cell: Cell | undefined, said: readonly string[]): string {
  if (cell === undefined) return "–";
  if (cell.kind === "through") return cell.seconds;
  const note = said.indexOf(cell.words) + 1;
  return cell.kind === "refused" ? `**no** (${note})` : `**fails** (${note})`;
}
