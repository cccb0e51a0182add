/**
 * Whether a path without its query matches a behaviour's pattern (Developer Guide: "Path pattern"): `*` is any number of
 * characters, slashes too, `?` is one; capitals count; a leading slash need not be there.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  const rooted = /^[/*]/.test(pattern) ? pattern : `/${pattern}`;
  const source = RegExp.escape(rooted).replaceAll("\\*", "[\\s\\S]*").replaceAll("\\?", "[\\s\\S]");
  return new RegExp(`^${source}$`).test(path);
}
