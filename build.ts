/**
 * `npm run build`: bundles the commands and the client with everything that they need into `dist/`, so that the packed package depends
 * on Node alone. Not minified: a stack in a log must be readable.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build, type Metafile } from "esbuild";

const OUT = "dist";

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
  // The table's thread loads a file of its own, which must lie beside the bundle.
  entryPoints: {
    berth: "local/berth.ts",
    "sqlite-worker": "local/stores/sqlite-worker.ts",
    client: "local/client/library.ts",
    "docker-credential-berth": "local/credential-helper/docker-credential-berth.ts",
  },
  outdir: OUT,
  bundle: true,
  // What is imported on demand stays a file of its own, so that the start does not pay for it.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // Where a package has both, its modules: an `await import()` of CommonJS would find nothing but a default.
  mainFields: ["module", "main"],
  // An optional accelerator with native code; msgpackr goes without it.
  external: ["msgpackr-extract"],
  // CommonJS packages among the bundled ones call `require` for Node's own modules.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);',
  },
  legalComments: "inline",
  metafile: true,
});
// The types of what programs import: a file for each of ours, as the compiler writes them.
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "--project", "tsconfig.types.json"], {
  stdio: "inherit",
});
writeFileSync(`${OUT}/THIRD-PARTY-LICENSES.txt`, licencesOf(packagesIn(metafile)));

/** The packages that the bundle carries a part of: `node_modules/name`, in order. */
function packagesIn({ outputs }: Metafile): readonly string[] {
  const inputs = Object.values(outputs).flatMap(({ inputs: files }) => Object.keys(files));
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

/** Their licences ask to be handed on with the code. */
function licencesOf(folders: readonly string[]): string {
  return folders
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
      return `${name} ${version} (${license})\n\n${licenceIn(folder, license).trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** Some packages name their licence and bring no text. Apache's is the same for all, and ours. */
function licenceIn(folder: string, name: string): string {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return readFileSync(`${folder}/${file}`, "utf8");
  if (name === "Apache-2.0") return readFileSync("LICENSE", "utf8");
  throw new Error(`${folder} has no licence file: its terms can't be handed on`);
}
