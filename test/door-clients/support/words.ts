import { stripVTControlCharacters } from "node:util";

const LONGEST = 240;

/** The last line of what a client wrote, without what differs between runs, and without the secret of an upload. */
export function wordsOf(written: string): string {
  const lines = stripVTControlCharacters(written)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const words = (lines.at(-1) ?? "")
    .replaceAll(/\?[^\s"']*/g, "")
    .replaceAll(/(?:127\.0\.0\.1|localhost):\d+/g, "HOST")
    .replaceAll(/sha256:[0-9a-f]{64}/g, "sha256:…")
    .replaceAll(/(\/blobs\/uploads\/)[\w.~-]+/g, "$1…")
    .replaceAll(/time="[^"]*" level=\w+ msg=|^failed: |Error: /g, "");
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
