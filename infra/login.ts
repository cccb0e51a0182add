import { join } from "node:path";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { LoginFunction } from "./functions.ts";
import { withPolicy } from "./policy-file.ts";
import { RegistryFunction } from "./registry-function.ts";
import type { Tokens } from "./tokens.ts";
import type { WebParts } from "./web-function.ts";

export type Login = Readonly<Record<LoginFunction, LambdaFunction>>;

/** What knows policy and people, where a team has a policy: `text`. */
export function createLogin(
  scope: Construct,
  parts: WebParts & { readonly tokens: Tokens },
  text: string,
): Login {
  const { team, bundles } = parts;
  const create = (name: LoginFunction): LambdaFunction => {
    const code = withPolicy(join(bundles, name), team.name, text);
    return new RegistryFunction(scope, name, { ...parts, name, code, door: "", pulls: undefined }).lambda;
  };
  return { token: create("token"), administration: create("administration") };
}

/**
 * Tells the token function by which hosts clients know the registry, and lets it change last: a newer key signs once all
 * others know it.
 */
export function finishLogin({ token }: Login, hosts: readonly string[], others: readonly Construct[]): void {
  token.addEnvironment("BERTH_HOSTS", hosts.join(" "));
  token.node.addDependency(...others);
}
