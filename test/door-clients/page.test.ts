import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../tiers/paths.ts";
import { merged, readCells, type Tried } from "./support/cells.ts";
import { CLIENTS } from "./support/clients.ts";
import { canPush, sizesFor } from "./support/matrix.ts";
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
