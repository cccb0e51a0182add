import { createECDH, type KeyObject } from "node:crypto";

/** The order of P-256 (FIPS 186-5, SP 800-186 § 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * ECDSA of a digest that was made elsewhere (FIPS 186-5 § 6.4.1), in DER: Node's own `sign` only takes what it hashes
 * itself.
 */
export function signDigest(digest: Uint8Array, key: KeyObject): Buffer {
  const { d = "" } = key.export({ format: "jwk" });
  const once = createECDH("prime256v1");
  const point = once.generateKeys();
  const r = numberOf(point.subarray(1, 33)) % ORDER;
  const secret = numberOf(Buffer.from(d, "base64url"));
  const s = modulo(inverse(numberOf(once.getPrivateKey())) * (numberOf(digest) + r * secret));
  const parts = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.from([0x30, parts.length]), parts]);
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const modulo = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [modulo(value), ORDER, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return modulo(x);
}

function integer(value: bigint): Buffer {
  const text = value.toString(16);
  const bytes = Buffer.from(text.padStart(text.length + (text.length % 2), "0"), "hex");
  const signed = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  return Buffer.concat([Buffer.from([INTEGER, signed.length]), signed]);
}

const INTEGER = 0x02;
