/**
 * What a sync is for: names that differ from one upload to the next are one role, and the first start, which makes
 * folders and database, is told apart from what comes after the first acknowledgement.
 */
export function roleOf(path: string, acknowledged: number): string {
  const what = path
    .replace(/^data\/blobs\/temporary\/.+/, "data/blobs/temporary/<bytes>")
    .replace(/\/\d{4}-\d\d-\d\d/, "/<day>")
    .replace(/<day>\/.+/, "<day>/<upload>");
  return `${acknowledged === 0 ? "at first" : "later"}, ${what}`;
}

/** Syncs without which nothing is lost in the recording, and why they are made all the same. */
export const NOT_NEEDED_HERE: Readonly<Record<string, string>> = {
  "at first, data/table.sqlite-journal":
    "SQLite's own, while it makes the empty database: nothing has been acknowledged that could be lost.",
  "later, .": "Made at every start, in case the first was cut short before it came to this; here it was not.",
  "later, data/blobs/objects/blobs":
    "Made once by every process, in case the one before was cut short before it came to this; here it was not.",
};
