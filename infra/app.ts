import { App, Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { buildFunctions } from "../functions/build.ts";
import { ACCESS_TEXT } from "./access.ts";
import { RegistryStack } from "./registry-stack.ts";
import { ContextError } from "./settings.ts";
import { readDeployment, readTeams } from "./teams.ts";

const BUNDLES = "dist/functions";

try {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const context = (key: string): unknown => app.node.tryGetContext(key);
  const deployment = readDeployment(context);
  const teams = readTeams(context);
  await buildFunctions(BUNDLES);
  const stacks = teams.map((team) => new RegistryStack(app, { team, deployment, bundles: BUNDLES }));
  app.synth();
  for (const { stackName, access } of stacks) console.error(`${stackName}: ${ACCESS_TEXT[access]}`);
} catch (cause) {
  // Whatever else is thrown is a defect, and shows its stack.
  if (!(cause instanceof ContextError)) throw cause;
  console.error(cause.message);
  process.exitCode = 2;
}
