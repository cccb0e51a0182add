/** seconds: the longest life of a signed URL */
export const URL_LIFETIME = 15 * 60;
/** seconds: the shortest; a client that is redirected goes there at once */
const SHORTEST = 60;
const SECOND = 1000;

/**
 * How long a URL may live that is signed now, in seconds: at most 15 minutes, and not beyond the moment until which
 * the credentials are assured. A URL ends with the credentials that signed it, whatever it says itself (S3 answers
 * ExpiredToken), and nobody tells a Lambda function when its credentials end: past that moment a URL promises no more
 * than a client needs that follows it at once. The credentials are still good then: the table has just been read with
 * them.
 */
export function urlLifetime(now: number, assuredUntil: number): number {
  const assured = Math.floor((assuredUntil - now) / SECOND);
  return Math.max(SHORTEST, Math.min(URL_LIFETIME, assured));
}
