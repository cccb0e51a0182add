import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib/core";
import { afterAll } from "vitest";
import { entryOf, FUNCTION_NAMES } from "../../../functions/build.ts";
import { RegistryStack } from "../../../infra/registry-stack.ts";
import { parseTeamSettings } from "../../../infra/settings.ts";
import type { Deployment } from "../../../infra/teams.ts";

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Condition?: string;
  readonly DependsOn?: readonly string[];
}
interface Parameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly string[];
  readonly AllowedPattern?: string;
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly ConstraintDescription?: string;
}
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters: Readonly<Record<string, Parameter>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

export interface Wanted {
  /** as cdk.json would have them; the team is `main` */
  readonly settings?: object;
  readonly deployment?: Partial<Deployment>;
}

const CLOSED: Deployment = { open: false, ephemeral: false };
/** The context that the command line would read, with CDK's feature flags. */
const { context } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../cdk.json"), "utf8")) as {
  readonly context: Readonly<Record<string, unknown>>;
};

const directory = mkdtempSync(join(tmpdir(), "berth-infra-"));
afterAll(() => rmSync(directory, { recursive: true }));
const bundles = join(directory, "bundles");
for (const name of FUNCTION_NAMES) {
  mkdirSync(join(bundles, name), { recursive: true });
  // Stands for the bundle, whose content the stack does not look at; each its own, as bundles are.
  writeFileSync(join(bundles, name, entryOf(name)), `export const handler = () => "${name}";\n`);
}

/** CloudFormation's own rules take seconds: `npm run synth` has them checked. */
export const createApp = (): App =>
  new App({
    context,
    outdir: mkdtempSync(join(directory, "cdk.out-")),
    builtinCloudFormationValidation: false,
  });

export const addRegistry = (
  app: App,
  name: string,
  { settings = {}, deployment }: Wanted = {},
): RegistryStack =>
  new RegistryStack(app, {
    team: { name, settings: parseTeamSettings(name, settings) },
    deployment: { ...CLOSED, ...deployment },
    bundles,
  });

/** The template of a registry, as CloudFormation would get it. */
export function synthesize(wanted: Wanted = {}): Template {
  const app = createApp();
  const stack = addRegistry(app, "main", wanted);
  return app.synth().getStackArtifact(stack.artifactId).template as Template;
}

export const resourcesOf = (template: Template, type: string): readonly Resource[] =>
  Object.values(template.Resources).filter(({ Type }) => Type === type);

/** The registry's own functions: not what CDK copies the upload door's code with. */
export const functionsOf = (template: Template): readonly Resource[] =>
  resourcesOf(template, "AWS::Lambda::Function").filter(({ Properties }) =>
    String(Properties["Description"]).startsWith("Berth, "),
  );

/** The one resource of this type. */
export function resourceOf(template: Template, type: string): Resource {
  const [resource, ...more] = resourcesOf(template, type);
  if (!resource || more.length > 0)
    throw new Error(`the template has not one ${type}, but ${more.length + (resource ? 1 : 0)}`);
  return resource;
}
