import { stripVTControlCharacters } from "node:util";

const LONGEST = 240;

/** The last line of what a client wrote, without what differs between runs, and without the secret of an upload. */
export function wordsOf(written: string): string {
  const lines = stripVTControlCharacters(written)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const words = (lines.at(-1) ?? "")
    .replace(/^(?:failed: )?(?:time="[^"]*" level=\w+ msg=)?/, "")
    .replace(/^"(.*)"$/, "$1")
    .replaceAll('\\"', '"')
    .replaceAll(/\?[^\s"']*/g, "")
    .replaceAll(/(?:127\.0\.0\.1|localhost):\d+/g, "HOST")
    .replaceAll(/\b[0-9a-f]{64}\b/g, "…")
    .replaceAll(/(\/blobs\/uploads\/)[\w.~-]+/g, "$1…")
    .replaceAll("Error: ", "");
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
