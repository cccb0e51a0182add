export interface ReadPart {
  readonly first: number;
  readonly last: number;
  readonly size: number;
  readonly bytes: Buffer;
}

/** Reads a `multipart/byteranges` body as RFC 9110 § 14.6 and RFC 2046 § 5.1 describe it; throws where it is not one. */
export function partsOf(contentType: string | undefined, body: Buffer): ReadPart[] {
  const boundary = /^multipart\/byteranges; boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})$/.exec(
    contentType ?? "",
  )?.[1];
  if (boundary === undefined) throw new Error(`no multipart/byteranges: ${contentType}`);
  const text = body.toString("latin1");
  const pieces = `\r\n${text}`.split(`\r\n--${boundary}`);
  if (pieces.shift() !== "" || pieces.pop() !== "--\r\n") throw new Error("not delimited as it should be");
  return pieces.map((piece) => {
    const match = /^\r\n(?:[^\r\n]+\r\n)*?Content-Range: bytes (\d+)-(\d+)\/(\d+)\r\n\r\n/.exec(piece);
    if (!match) throw new Error(`a part without Content-Range: ${piece.slice(0, 200)}`);
    const [first, last, size] = match.slice(1).map(Number);
    const bytes = Buffer.from(piece.slice(match[0].length), "latin1");
    return { first: first ?? 0, last: last ?? 0, size: size ?? 0, bytes };
  });
}
