/** What AWS's documents say of an environment of a Web Function, and of a request to one. */
export const WEB_LIMITS = {
  /** bytes */
  memory: 2 * 1024 ** 3,
  /** MiB of JavaScript objects: what Node takes by itself where a machine has 2 GB */
  heap: 1024,
  descriptors: 1024,
  methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "DELETE"],
} as const;

/** Headers that don't reach the program ("HTTP requests and responses"), beside those that Connection names. */
export const REMOVED_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "expect",
  "te",
  "trailer",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "x-real-ip",
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
]);
