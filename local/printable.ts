/**
 * What a terminal obeys instead of showing it: control characters (ECMA-48: ESC, CSI, …), other ends of lines, and marks that
 * turn the direction of writing. Lines (LF, CRLF) and tabs are none of these.
 */
const OBEYED = /[^\P{Cc}\n\r\t]|\r(?!\n)|[\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * A text from elsewhere (a server, a name, a file) as it may go to a terminal: it shows all of it, and obeys none of it. The
 * escapes are those of JSON, so that JSON means the same afterwards.
 */
export const printable = (text: string): string => text.replaceAll(OBEYED, escaped);

/** The same for what is to stay within its line. */
export const inOneLine = (text: string): string => printable(text).replaceAll(/[\n\r\t]/g, escaped);

/** For machines, and for whoever looks at it. */
export const jsonText = (value: unknown): string => `${printable(JSON.stringify(value, null, 2))}\n`;

/** All of them are of the basic plane. */
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
