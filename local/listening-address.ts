import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { Complaint, causeOf } from "./complaint.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether only this machine reaches `address`, which must be an IP address. */
export const isLoopback = (address: string): boolean =>
  LOOPBACK.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/** The address to listen on. Throws a Complaint where `host` has none. */
export const listeningAddress = async (host: string): Promise<string> => (isIP(host) ? host : resolved(host));

async function resolved(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new Complaint(
      `the host ${host} has no address (${causeOf(error)}): give one of this machine's with --host`,
    );
  }
}
