import type { StackPlan } from "./template/stack.ts";
import type { Place } from "./template/template.ts";

/** where what the template has hosts for is on this machine, by the names of those */
export type Hosts = ReadonlyMap<string, string>;

/** The name of the API's host in the template. */
export const apiHostOf = ({ apiId }: Pick<StackPlan, "apiId">, { region }: Pick<Place, "region">): string =>
  `${apiId}.execute-api.${region}.amazonaws.com`;

/** In place of the hosts that the template names, their addresses here. */
export const withAddresses = (
  variables: Readonly<Record<string, string>>,
  hosts: Hosts,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const own = [...hosts].reduce((text, [domain, url]) => text.replace(`https://${domain}`, url), value);
      return [name, own];
    }),
  );
