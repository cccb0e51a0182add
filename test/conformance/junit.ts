/** One test of a JUnit report, as Go's XML encoder writes it. */
export interface TestCase {
  readonly name: string;
  /** "passed", "skipped", "failure", "failed", "error" … */
  readonly status: string;
  /** what the test said of itself */
  readonly detail: string;
}

/** The tests of a report, in order. Go's encoder escapes `<` in every text, so a tag is always a tag. */
export function testCases(xml: string): readonly TestCase[] {
  return xml
    .split("<testcase ")
    .slice(1)
    .map((text) => {
      const message = attribute(text.split("<failure ")[1] ?? "", "message");
      const said = /<system-out>([^<]*)<\/system-out>/.exec(text)?.[1] ?? "";
      return {
        name: attribute(text, "name"),
        status: attribute(text, "status"),
        detail: message === "" ? unescape(said) : message,
      };
    });
}

/** A count of the report's first suite; the encoder leaves out some that are 0. */
export function suiteCount(xml: string, name: string): number {
  const tag = /<testsuite [^>]*>/.exec(xml)?.[0];
  if (tag === undefined) throw new Error("the JUnit report has no suite");
  return Number(attribute(tag, name));
}

function attribute(text: string, name: string): string {
  const tag = text.slice(0, text.indexOf(">"));
  return unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9A-Fa-f]+)|#(\d+)|(\w+));/g,
    (whole, hex: string, decimal: string, name: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return ENTITIES[name] ?? whole;
    },
  );
}
