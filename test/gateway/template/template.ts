import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { holds, resolve, type Scope } from "./intrinsics.ts";

interface RawResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

interface RawTemplate {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown; readonly Type?: string }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, RawResource>>;
}

/** Where a stack is played. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export interface Resource {
  readonly logicalId: string;
  /** what Ref gives: a name that is valid for the service */
  readonly name: string;
  readonly arn: string;
  /** its properties, resolved where they are read: not everything in a template can be resolved here */
  readonly property: (name: string) => unknown;
}

export interface Template {
  readonly stack: string;
  readonly place: Place;
  /** the resources of a type whose condition holds */
  readonly ofType: (...types: readonly string[]) => readonly Resource[];
  /** the folder of an asset, by the key that it has in the bucket of assets */
  readonly assetFolder: (objectKey: string) => string;
}

export interface TemplateSource {
  /** the cloud assembly: cdk.out */
  readonly folder: string;
  readonly stack: string;
  readonly place: Place;
  /** values of the template's parameters; without one, its default counts */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads a synthesized stack and its asset manifest. Rejects where a parameter has neither a value nor a default. */
export async function readTemplate(source: TemplateSource): Promise<Template> {
  const read = async (ending: string): Promise<unknown> =>
    JSON.parse(await readFile(join(source.folder, `${source.stack}.${ending}`), "utf8"));
  const raw = (await read("template.json")) as RawTemplate;
  const assets = assetFolders(await read("assets.json"), source.folder);
  return createTemplate(raw, assets, source);
}

/** As `readTemplate`, from values. */
export function createTemplate(
  raw: RawTemplate,
  assets: ReadonlyMap<string, string>,
  { stack, place, parameters }: Omit<TemplateSource, "folder">,
): Template {
  const find = (logicalId: string): RawResource => {
    const found = raw.Resources[logicalId];
    if (found === undefined) throw new Error(`the template refers to ${logicalId}, which it does not have`);
    return found;
  };
  const scope: Scope = {
    parameters: parameterValues(raw.Parameters ?? {}, parameters),
    conditions: raw.Conditions ?? {},
    mappings: raw.Mappings ?? {},
    pseudo: pseudoParameters(stack, place),
    ref: (logicalId) => nameOf(logicalId, find(logicalId)),
    attribute: (logicalId, name) => {
      const physical = nameOf(logicalId, find(logicalId));
      return name === "Arn" ? arnOf(find(logicalId).Type, physical, place) : `${physical}.${name}`;
    },
  };
  const nameOf = (logicalId: string, { Type, Properties }: RawResource): string => {
    const given = Properties?.[NAME_PROPERTIES[Type] ?? "Name"];
    if (given !== undefined && NAME_PROPERTIES[Type] !== undefined) return String(resolve(given, scope));
    const generated = `${stack}-${logicalId}`;
    return Type === "AWS::S3::Bucket" ? generated.toLowerCase().slice(0, 63) : generated.slice(0, 64);
  };
  const isHere = ({ Condition }: RawResource): boolean => Condition === undefined || holds(Condition, scope);
  const resourceOf = ([logicalId, resource]: [string, RawResource]): Resource => {
    const name = nameOf(logicalId, resource);
    return {
      logicalId,
      name,
      arn: arnOf(resource.Type, name, place),
      property: (property) => resolve(resource.Properties?.[property], scope),
    };
  };
  return {
    stack,
    place,
    ofType: (...types) =>
      Object.entries(raw.Resources)
        .filter(([, resource]) => types.includes(resource.Type) && isHere(resource))
        .map(resourceOf),
    assetFolder: (objectKey) => {
      const folder = assets.get(objectKey);
      if (folder === undefined) throw new Error(`the asset manifest has no ${objectKey}`);
      return folder;
    },
  };
}

/** The property that names a resource, where the template gives it a name. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "TableName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Lambda::WebFunction": "FunctionName",
  "AWS::IAM::Role": "RoleName",
  "AWS::Logs::LogGroup": "LogGroupName",
};

/** How the ARN of a resource ends; others get one that no policy of a test should name. */
function arnOf(type: string, name: string, { accountId, region }: Place): string {
  switch (type) {
    case "AWS::S3::Bucket":
      return `arn:aws:s3:::${name}`;
    case "AWS::DynamoDB::Table":
    case "AWS::DynamoDB::GlobalTable":
      return `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
    case "AWS::Lambda::Function":
      return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    case "AWS::IAM::Role":
      return `arn:aws:iam::${accountId}:role/${name}`;
    default:
      return `arn:aws:${type.split("::")[1]?.toLowerCase()}:${region}:${accountId}:${name}`;
  }
}

const pseudoParameters = (stack: string, { accountId, region }: Place): Record<string, string> => ({
  "AWS::AccountId": accountId,
  "AWS::Partition": "aws",
  "AWS::Region": region,
  "AWS::StackId": `arn:aws:cloudformation:${region}:${accountId}:stack/${stack}/local`,
  "AWS::StackName": stack,
  "AWS::URLSuffix": "amazonaws.com",
});

function parameterValues(
  declared: NonNullable<RawTemplate["Parameters"]>,
  given: TemplateSource["parameters"],
): Record<string, unknown> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declared, name)) {
      throw new Error(`the stack has no parameter ${name}; it has ${Object.keys(declared).join(", ")}`);
    }
  }
  const entries = Object.entries(declared).map(([name, { Default, Type }]) => {
    const value = given[name] ?? Default;
    if (value === undefined) throw new Error(`the stack's parameter ${name} has no default: give it a value`);
    const isList = Type?.includes("List") === true && typeof value === "string";
    return [name, isList ? value.split(",") : value] as const;
  });
  return Object.fromEntries(entries);
}

function assetFolders(manifest: unknown, folder: string): ReadonlyMap<string, string> {
  const { files } = manifest as {
    files: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
  };
  return new Map(
    Object.values(files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, join(folder, source.path)] as const),
    ),
  );
}
