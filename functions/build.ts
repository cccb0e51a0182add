import { readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { standIns } from "./bundling/stand-ins.ts";

const READING = 140 * 1024;
const WRITING = 220 * 1024;
/** Policies are YAML, and there are several ways to log in. */
const LOGIN = 210 * 1024;

/** Every function, and how many bytes its code may have after gzip: what a cold start loads and a deployment uploads. */
export const FUNCTION_LIMITS = {
  base: READING,
  manifests: READING,
  blobs: READING,
  tags: READING,
  referrers: READING,
  uploads: WRITING,
  push: WRITING,
  deep: WRITING,
  sweep: WRITING,
  heads: READING,
  "upload-door": WRITING,
  token: LOGIN,
  administration: WRITING,
} as const;
export type FunctionName = keyof typeof FUNCTION_LIMITS;
export const FUNCTION_NAMES = Object.keys(FUNCTION_LIMITS) as readonly FunctionName[];

/** Programs that listen, where all others are called with events. */
export type WebFunction = "heads" | "upload-door";
export type EventFunction = Exclude<FunctionName, WebFunction>;
const isWebFunction = (name: FunctionName): name is WebFunction => name === "heads" || name === "upload-door";
export const EVENT_FUNCTIONS = FUNCTION_NAMES.filter((name): name is EventFunction => !isWebFunction(name));

export interface BuiltFile {
  /** within the function's folder */
  readonly name: string;
  /** bytes */
  readonly raw: number;
  readonly gzip: number;
  /** loaded with the function, not when something needs it */
  readonly atStart: boolean;
  /** the source files whose code it holds, by its path in the project */
  readonly sources: readonly string[];
}
export interface BuiltFunction {
  readonly name: FunctionName;
  /** the entry (`entryOf`), and chunks that it loads when it needs them; not the source maps */
  readonly files: readonly BuiltFile[];
}

const ROOT = join(import.meta.dirname, "..");

const OPTIONS: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  // What is imported on demand stays a file of its own, so that no cold start pays for it: hash-wasm, and the tracer.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  // Where a package has both, its modules: of CommonJS nothing can be left out.
  mainFields: ["module", "main"],
  plugins: [standIns],
  // CommonJS packages among the bundled ones call `require` for Node's own modules.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module";\nconst require = requireFrom(import.meta.url);',
  },
  logLevel: "warning",
};

/** Bundles every function into a folder of its own below `outdir`, in place of what was there. */
export const buildFunctions = (outdir: string): Promise<readonly BuiltFunction[]> =>
  Promise.all(FUNCTION_NAMES.map((name) => buildFunction(name, resolve(ROOT, outdir, name))));

/** A Web Function is `index.js`, beside a `package.json` that says it is a module (Lambda, Web Functions: Node.js). */
export const entryOf = (name: FunctionName): "index.js" | "index.mjs" =>
  isWebFunction(name) ? "index.js" : "index.mjs";

async function buildFunction(name: FunctionName, folder: string): Promise<BuiltFunction> {
  await rm(folder, { recursive: true, force: true });
  const entryPoints = { index: `functions/${name}.ts` };
  const entry = entryOf(name);
  const extension = extname(entry);
  const options = { ...OPTIONS, outExtension: { ".js": extension }, metafile: true as const };
  const { metafile } = await build({ ...options, entryPoints, outdir: folder });
  if (extension === ".js") await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  const paths = Object.keys(metafile.outputs).filter((path) => path.endsWith(extension));
  const atStart = loadedAtStart(metafile, paths, entry);
  const files = paths.map(async (path) => ({
    ...(await measure(join(ROOT, path))),
    atStart: atStart.has(path),
    sources: sourcesOf(metafile, path),
  }));
  return { name, files: await Promise.all(files) };
}

/** The entry, and what it imports before anything runs. */
function loadedAtStart({ outputs }: Metafile, paths: readonly string[], entry: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { kind, path: target } of outputs[path]?.imports ?? []) {
      if (kind !== "dynamic-import" && paths.includes(target)) visit(target);
    }
  };
  for (const path of paths) if (basename(path) === entry) visit(path);
  return reached;
}

const sourcesOf = ({ outputs }: Metafile, path: string): string[] =>
  Object.entries(outputs[path]?.inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([source]) => source);

async function measure(path: string): Promise<Pick<BuiltFile, "name" | "raw" | "gzip">> {
  const bytes = await readFile(path);
  const compressed = await promisify(gzip)(bytes, { level: 9 });
  return { name: basename(path), raw: bytes.length, gzip: compressed.length };
}
