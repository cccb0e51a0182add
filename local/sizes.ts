const BYTES = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;
const SIZE = /^(\d{1,9})([kmg]?)(?:i?b)?$/i;

/** `500k`, `16m`, `1g`, in powers of 1024: bytes. Undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const [, count, unit = ""] = SIZE.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * BYTES[unit.toLowerCase() as keyof typeof BYTES];
}

/** As people read it: `100 KiB`, `16 MiB`, `1.5 GiB`. */
export function sizeText(bytes: number): string {
  const unit = bytes >= BYTES.g ? "g" : bytes >= BYTES.m ? "m" : bytes >= BYTES.k ? "k" : "";
  if (unit === "") return `${bytes} bytes`;
  return `${Number((bytes / BYTES[unit]).toFixed(1))} ${unit.toUpperCase()}iB`;
}
