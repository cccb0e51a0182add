import type { Statement } from "../rights/policy.ts";
import { statementsOf } from "./functions.ts";
import type { Resource, Template } from "./template.ts";

/** A Web Function of a stack, with what its role may do. */
export interface WebFunctionPlan {
  readonly logicalId: string;
  readonly name: string;
  /** folder of the bundle */
  readonly code: string;
  readonly runtime: string;
  /** seconds, of one request */
  readonly timeout: number;
  /** requests that an environment serves at a time */
  readonly atATime: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
  /** what the template takes for the name of its host */
  readonly domain: string;
}

const TYPE = "AWS::Lambda::WebFunction";

interface ServiceConfig {
  readonly ExecutionRoleArn: string;
  readonly EnvironmentVariables?: Readonly<Record<string, unknown>>;
  readonly MaxConcurrencyPerEnvironment?: number;
  readonly TimeoutSeconds?: number;
}
interface BuildConfig {
  readonly CodeConfig: { readonly S3Object: { readonly Key: string } };
  readonly RuntimeConfig: { readonly Runtime: string };
}

/** Throws for one that the gateway can't play: that has not one revision and one endpoint, or wants signed requests. */
export function webFunctionsOf(template: Template): readonly WebFunctionPlan[] {
  return template.ofType(TYPE).map((resource) => planOf(resource, template));
}

function planOf({ logicalId, name }: Resource, template: Template): WebFunctionPlan {
  const fail = (why: string): never => {
    throw new Error(`the gateway can't play the Web Function ${logicalId}: ${why}`);
  };
  const only = (type: string): Resource => {
    const ofIt = template
      .ofType(type)
      .filter(({ property }) => namesFunction(property("FunctionName"), name));
    const [found, ...more] = ofIt;
    return found === undefined || more.length > 0 ? fail(`it has ${ofIt.length} of ${type}`) : found;
  };
  const revision = only(`${TYPE}Revision`);
  const endpoint = only(`${TYPE}Endpoint`);
  if (endpoint.property("AuthType") !== "ApplicationManaged") fail("it wants signed requests");
  const service = revision.property("ServiceConfig") as ServiceConfig;
  const { CodeConfig, RuntimeConfig } = revision.property("BuildConfig") as BuildConfig;
  const variables = Object.entries(service.EnvironmentVariables ?? {});
  return {
    logicalId,
    name,
    code: template.assetFolder(copied(CodeConfig.S3Object.Key, template)),
    runtime: RuntimeConfig.Runtime,
    timeout: service.TimeoutSeconds ?? 30,
    atATime: service.MaxConcurrencyPerEnvironment ?? 64,
    variables: Object.fromEntries(variables.map(([variable, value]) => [variable, String(value)])),
    statements: statementsOf(service.ExecutionRoleArn, template),
    domain: `${endpoint.name}.DomainName`,
  };
}

/** By its name, which is what Ref gives here, or its ARN. */
const namesFunction = (value: unknown, name: string): boolean =>
  String(value) === name || String(value).split(/[:.]/).includes(name);

/** What CDK copies to where Lambda may read it: the key of the asset behind the key of the copy. */
function copied(key: string, template: Template): string {
  const copy = template.ofType("Custom::S3ObjectCopy").find(({ name }) => key === `${name}.Key`);
  return copy === undefined ? key : String(copy.property("SourceObjectKey"));
}
