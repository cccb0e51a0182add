/** `npm run build:functions`: bundles each function for Lambda into `dist/functions/<name>`, and tells how large it is. */
import { type BuiltFile, type BuiltFunction, buildFunctions, FUNCTION_LIMITS } from "../build.ts";

const HEADINGS = ["function", "raw KB", "gzip KB", "at start", "limit"];

const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1);
const sum = (files: readonly BuiltFile[], size: "raw" | "gzip"): number =>
  files.reduce((total, file) => total + file[size], 0);

const rowOf = ({ name, files }: BuiltFunction): readonly string[] => [
  name,
  kilobytes(sum(files, "raw")),
  kilobytes(sum(files, "gzip")),
  kilobytes(
    sum(
      files.filter(({ atStart }) => atStart),
      "gzip",
    ),
  ),
  kilobytes(FUNCTION_LIMITS[name]),
];

for (const [name = "", ...numbers] of [HEADINGS, ...(await buildFunctions("dist/functions")).map(rowOf)]) {
  console.log(name.padEnd(12) + numbers.map((number) => number.padStart(10)).join(""));
}
