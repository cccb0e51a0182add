/** What rules of the policy can speak of. */
export type Claims = Readonly<Record<string, string | readonly string[]>>;

/** characters of a value */
const LONGEST = 1024;
/** values of a list */
const MOST = 256;

/**
 * The claims of a verified token as rules compare them: numbers and truth values as text, lists of text. What is nested,
 * or beyond bounds, is left out whole: what is not there allows nothing, while a part of a value could allow too much.
 */
export function claimsOf(payload: Readonly<Record<string, unknown>>): Claims {
  return Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) => {
      const claim = claimOf(value);
      return claim === undefined ? [] : [[name, claim]];
    }),
  );
}

function claimOf(value: unknown): string | readonly string[] | undefined {
  if (!Array.isArray(value)) return textOf(value);
  const texts = value.flatMap((entry) => textOf(entry) ?? []);
  return texts.length === value.length && texts.length <= MOST ? texts : undefined;
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  return typeof text === "string" && text.length <= LONGEST ? text : undefined;
}
