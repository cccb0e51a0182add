import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { Complaint, causeOf } from "./complaint.ts";
import { flagOf } from "./settings.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether only this machine reaches `address`, which must be an IP address. */
export const isLoopback = (address: string): boolean =>
  LOOPBACK.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/**
 * The address to listen on. Throws a Complaint where others than this machine's users would reach a registry that asks
 * nobody who they are; TLS changes nothing about that.
 */
export async function listeningAddress(host: string, remoteAllowed: boolean): Promise<string> {
  const address = isIP(host) ? host : await resolved(host);
  if (remoteAllowed || isLoopback(address)) return address;
  throw new Complaint(
    `${host} can be reached from other machines, and Berth has no authentication yet: everyone could push and ` +
      `delete. Listen on 127.0.0.1, or give ${flagOf("insecureRemoteWithoutAuth")} where the network keeps others out`,
  );
}

async function resolved(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new Complaint(
      `the host ${host} has no address (${causeOf(error)}): give one of this machine's with --host`,
    );
  }
}
