import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../tiers/paths.ts";
import { merged, readCells, type Tried } from "./support/cells.ts";
import { CLIENTS } from "./support/clients.ts";
import { complaintsOf } from "./support/complaints.ts";
import { ARRANGEMENTS, canPush, sizesFor } from "./support/matrix.ts";
import { doorClientsPage } from "./support/page.ts";
import { wordsOf } from "./support/words.ts";

const about = { date: "2026-11-26", revision: "abc1234" };
const cell = (client: string, how: Partial<Tried> = {}): Tried =>
  ({ client, arrangement: "edge", size: "1 GiB", kind: "through", seconds: "12", ...about, ...how }) as Tried;

describe("the page of clients at the door", () => {
  const page = doorClientsPage(
    [{ name: "crane" }, { name: "oras" }],
    [cell("crane"), cell("oras", { kind: "refused", words: "response status code 413" })],
  );

  it("has the seconds of what got through, and numbers the words of what was refused", () => {
    expect(page).toContain("| crane | – | – | 12 | – |");
    expect(page).toContain("| oras | – | – | **no** (1) | – |");
    expect(page).toContain("1. `response status code 413`");
  });

  it("is written from results, none of which is a failure", () => {
    const cells = readCells();
    const written = readFileSync(join(ROOT, "docs", "door-clients.md"), "utf8");
    expect(written).toBe(doorClientsPage(CLIENTS, cells));
    expect(cells.filter(({ kind }) => kind === "failed")).toEqual([]);
  });

  it("takes what was tried again in place of what was known", () => {
    const again = cell("crane", { revision: "def5678" });
    expect(merged([cell("crane"), cell("oras")], [again])).toEqual([cell("oras"), again]);
  });
});

describe("the words of a client", () => {
  it("are its last line, without the secret of the upload", () => {
    const location = "http://localhost:4711/v2/a/blobs/uploads/0123-abc?secret=hush&digest=sha256:0";
    expect(wordsOf(`push\nfailed: one line\nError: PATCH "${location}": 413\n`)).toBe(
      'PATCH "http://HOST/v2/a/blobs/uploads/…": 413',
    );
  });
});

describe("the matrix of clients", () => {
  it("expects oras above 4 MB by the edge only, and pieces everywhere", () => {
    const oras = { name: "oras", oneHost: true } as const;
    expect(canPush(oras, "API and door", "1 MB")).toBe(true);
    expect(canPush(oras, "API and door", "20 MB")).toBe(false);
    expect(canPush(oras, "edge", "1 GiB")).toBe(true);
    expect(canPush({ name: "regctl", inPieces: true }, "API only", "1 GiB")).toBe(true);
    expect(canPush({ name: "docker" }, "API only", "20 MB")).toBe(false);
    expect(canPush({ name: "helm", largest: 100 }, "edge", "1 MB")).toBe(false);
  });

  it("has one row of the gate for each arrangement that takes large layers", () => {
    const crane = { name: "crane", inGate: true, with6GiB: true } as const;
    expect(sizesFor(crane, "API only", "gate")).toEqual([]);
    expect(sizesFor(crane, "edge", undefined)).toEqual(["1 GiB"]);
    expect(sizesFor(crane, "edge", "full")).toEqual(["1 MB", "20 MB", "1 GiB", "6 GiB"]);
    expect(sizesFor(crane, "API only", "full")).toEqual(["1 MB", "20 MB", "1 GiB"]);
    expect(sizesFor({ name: "oras" }, "edge", "gate")).toEqual([]);
  });
});

describe("the committed results of the matrix", () => {
  const crane = { name: "crane", with6GiB: true } as const;
  const oras = { name: "oras", oneHost: true } as const;
  const whole = ARRANGEMENTS.flatMap((arrangement) =>
    [crane, oras].flatMap((client) =>
      sizesFor(client, arrangement, "full").map((size) => {
        const through = canPush(client, arrangement, size);
        const how = through ? { kind: "through", seconds: "1" } : { kind: "refused", words: "413" };
        return cell(client.name, { arrangement, size, ...how } as Partial<Tried>);
      }),
    ),
  );
  const complaints = (cells: readonly Tried[]) => complaintsOf([crane, oras], cells);
  const withLast = (change: Partial<Tried>) => [
    ...whole.slice(0, -1),
    { ...whole.at(-1), ...change } as Tried,
  ];

  it("are whole where every cell went as it should, each of some revision and day", () => {
    expect(whole).toHaveLength(20);
    expect(complaints(whole)).toEqual([]);
  });

  it.each(whole)("lack what was not tried: $client, $arrangement, $size", (one) => {
    const { client, arrangement, size } = one;
    const left = whole.filter((each) => each !== one);
    expect(complaints(left)).toEqual([`${client}, ${arrangement}, ${size}: not tried`]);
  });

  it.each([
    ["failed", { kind: "failed", words: "" }],
    ["refused, but should be through", { kind: "refused", words: "413" }],
    ["of which revision and day?", { revision: "" }],
    ["of which revision and day?", { date: "yesterday" }],
  ] as const)("say what is wrong with a cell: %s", (said, change) => {
    expect(complaints(withLast(change as Partial<Tried>))).toEqual([`oras, edge, 1 GiB: ${said}`]);
  });

  it("keep what a run of some cells has not tried again", () => {
    const again = cell("oras", { size: "1 GiB", seconds: "2", revision: "def5678" });
    const cells = merged(whole, [again]);
    expect(complaints(cells)).toEqual([]);
    expect(cells).toHaveLength(whole.length);
    expect(cells.filter(({ revision }) => revision === "def5678")).toEqual([again]);
  });
});
