export type Json = Readonly<Record<string, unknown>>;

/** The object that a text is as JSON; an empty one where it is something else. */
export function objectIn(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}
