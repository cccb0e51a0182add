const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * The host under which clients know a registry, in one form for all ways to write it: `Registry.example.com`,
 * `https://registry.example.com/v2/` and `registry.example.com:443` are one. Undefined for what names no host.
 */
export function registryHost(address: string): string | undefined {
  const [, host = ""] = /^(?:https?:\/\/)?([^/]*)/.exec(address.toLowerCase()) ?? [];
  return HOST.test(host) ? host.replace(/:443$/, "") : undefined;
}
