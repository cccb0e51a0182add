import { isIP } from "node:net";
import { isLoopback } from "../listening-address.ts";

/** Whether `hostname`, as a URL has it, is this machine itself: registries there speak plain HTTP, as all clients expect. */
export function isThisMachine(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  return hostname === "localhost" || (isIP(address) !== 0 && isLoopback(address));
}
