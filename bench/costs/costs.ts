import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { count } from "./count.ts";
import { pageOf } from "./page.ts";

/** Writes docs/costs.md anew: `npm run costs`. */
const file = join(import.meta.dirname, "../../docs/costs.md");
await writeFile(file, pageOf(await count()));
console.log(`wrote ${file}`);
