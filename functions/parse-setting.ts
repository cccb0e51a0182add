const HOUR = 60 * 60 * 1000;
/** LONGEST_UPLOAD of the domain, which most functions are built without. */
export const LONGEST_HOURS = 504;

export const ENDPOINT = "the URL of a stand-in of the service, like http://127.0.0.1:8000";

export const oneOf =
  <const Word extends string>(words: readonly Word[]) =>
  (text: string): Word | undefined =>
    words.find((word) => word === text);

export const matching =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

/** Of a place that there may be; nothing where there is none. */
export const origin = matching(/^(?:https?:\/\/[^/?#\s]+)?$/);

export function hours(text: string): number | undefined {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= LONGEST_HOURS ? number * HOUR : undefined;
}

export function keyIds(text: string): readonly [string, ...string[]] | "none" | undefined {
  if (text === "none") return text;
  const [first, ...others] = text.split(" ");
  if (first === undefined || ![first, ...others].every((id) => /^[\w:/-]{1,2048}$/.test(id)))
    return undefined;
  return [first, ...others];
}

export function hostAndPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /^(?:http:\/\/)?([^/\s]+):(\d{1,5})\/?$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

export function requestTime(text: string): number | undefined {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  return seconds === 0 || seconds >= 60 ? seconds * 1000 : undefined;
}

export const REQUESTS = "a whole number of requests, 0 for no limit";

export const requests = (text: string): number | undefined =>
  /^\d{1,7}$/.test(text) ? Number(text) : undefined;

/** As a place takes it (stores/credentials.ts). */
export function endpoint(text: string): { readonly endpoint?: string } | undefined {
  if (text === "") return {};
  return /^https?:\/\/[^/?#\s]+\/?$/.test(text) ? { endpoint: text } : undefined;
}
