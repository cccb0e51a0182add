import { readFile } from "node:fs/promises";

/** The kernel's unit of processor time (USER_HZ), the same on every architecture of Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** bytes: the most memory that the process ever held (VmHWM) */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} tells no peak memory (VmHWM): is this Linux?`);
  return Number(kilobytes) * 1024;
}

/** seconds of processors that the process has taken until now, with all its threads, also those that are gone */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The program's name, in parentheses, may hold blanks; utime and stime are the 14th and the 15th field (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
