import { describe, expect, it } from "vitest";
import { textTable } from "../../local/admin/text-table.ts";
import { createLiveLine } from "../../local/client/live-line.ts";
import { inOneLine, jsonText, printable } from "../../local/printable.ts";

/** Clears the screen, sets the title, hides what follows, turns the direction of writing, ends the line. */
const FOREIGN = "a\u001B[2Jb\u0007c\u009B8md\u202Ee\u2066f\u2028g\u0000h\u007Fi\rj";
const SHOWN = "a\\u001b[2Jb\\u0007c\\u009b8md\\u202ee\\u2066f\\u2028g\\u0000h\\u007fi\\u000dj";

describe("a text from elsewhere", () => {
  it("is shown, and obeyed by no terminal", () => {
    expect(printable(FOREIGN)).toBe(SHOWN);
    expect(printable(SHOWN)).toBe(SHOWN);
  });

  it("stays as it is where nothing of it is obeyed: letters of all scripts, lines and tabs", () => {
    const text = "Grüße, שלום, 日本語, 👩‍🚀\n\tnext line\r\nand another\n";
    expect(printable(text)).toBe(text);
  });

  it("makes no lines of its own where it is to be one", () => {
    expect(inOneLine("ada\nberth: all is well\tnow")).toBe("ada\\u000aberth: all is well\\u0009now");
  });

  it("means the same in JSON", () => {
    const value = { name: FOREIGN, more: ["\n", "\t"] };
    expect(jsonText(value)).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    expect(JSON.parse(jsonText(value))).toEqual(value);
  });
});

describe("what is told", () => {
  it("in a table has a line for each row, as wide as what is shown", () => {
    const lines = textTable(
      ["NAME", "BY"],
      [
        [FOREIGN, "ada"],
        ["a\nb", "c"],
      ],
      "none",
    );
    expect(lines).toHaveLength(3);
    expect(lines[1]).toBe(`${SHOWN}  ada`);
    expect(lines[0]?.indexOf("BY")).toBe(lines[1]?.indexOf("ada"));
    expect(lines[2]).toMatch(/^a\\u000ab +c$/);
  });

  it("of a transfer is one line each, in its colours alone", () => {
    const written: string[] = [];
    const output = { isTTY: true, columns: 200, write: (text: unknown) => written.push(String(text)) > 0 };
    const line = createLiveLine({ lines: output, live: output, now: () => 1000 });
    line.show(FOREIGN);
    line.say(FOREIGN, (text) => `<${text}>`);
    expect(written.join("")).toBe(`\r\u001B[K${SHOWN}\r\u001B[K<${SHOWN}>\n`);
  });
});
