/** ASN.1 tags (X.690) */
const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** bytes of a coordinate of P-256 */
const SIZE = 32;

/**
 * A signature of ECDSA on P-256 as KMS has it (ANSI X9.62: a sequence of two integers in DER), in the form of a JSON Web
 * Signature: both, 32 bytes each. Throws where it is none.
 */
export function rawSignature(der: Uint8Array): Uint8Array {
  const [r, afterR] = integerAt(der, 2);
  const [s, afterS] = integerAt(der, afterR);
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || afterS !== der.length) throw notSigned();
  return Buffer.concat([r, s]);
}

/** The integer that begins at an offset, in 32 bytes, and where the next begins. */
function integerAt(der: Uint8Array, at: number): readonly [Uint8Array, number] {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  // A first bit that is set would be a sign, so a zero stands before it.
  const bytes = Buffer.from(der.subarray(at + 2 + (der[at + 2] === 0 ? 1 : 0), end));
  if (der[at] !== INTEGER || length === 0 || end > der.length || bytes.length > SIZE) throw notSigned();
  return [Buffer.concat([Buffer.alloc(SIZE - bytes.length), bytes]), end];
}

const notSigned = (): Error => new Error("KMS answers no signature of P-256");
