/** The network that an address is counted for: whoever has one IPv6 address has all of its /64. */
export function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  if (!address.includes(":") || address.includes(".")) return address;
  const groups = head.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill("0")].slice(0, 4).join(":");
}
