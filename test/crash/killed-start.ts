import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../local/berth.ts", import.meta.url));

/** Starts `berth serve` and kills it after so many milliseconds; answers whether it served already. */
export async function killedStart(data: string, milliseconds: number): Promise<boolean> {
  const child = spawn(process.execPath, [ENTRY, "serve", "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let serves = false;
  child.stdout.on("data", () => {
    serves = true;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  if (code !== null) throw new Error(`the server ended by itself with ${code}`);
  return serves;
}
