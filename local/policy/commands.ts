import type { Command } from "commander";
import type { TestFlags } from "./question.ts";

/** `berth policy …` */
export function addPolicy(program: Command): void {
  const policy = program.command("policy").description("who may do what: check a policy, and ask it");
  policy
    .command("check")
    .description("say all that is wrong with a policy file, by line")
    .argument("<file>", "a policy in YAML or JSON")
    .option("--json", "print the complaints as JSON, for machines")
    .addHelpText("after", "\nExit codes: 0 for a policy, 1 for a file that is none, 2 when it can't be read.")
    .action(async (file: string, flags: { json?: boolean }) => {
      const { checkPolicy } = await import("./check.ts");
      process.exitCode = await checkPolicy(file, flags);
    });
  policy
    .command("test")
    .description("tell whether a policy allows something, by which rule, or what each rule lacks")
    .argument("<file>", "a policy in YAML or JSON")
    .requiredOption("--as <caller>", "anonymous, user:NAME, robot:NAME, an ARN, or issuer=NAME,CLAIM=VALUE,…")
    .requiredOption("--action <action>", "pull, push, delete or admin")
    .option("--repo <name>", "the repository; needed but for admin")
    .option("--tag <tag>", "the tag that is pushed")
    .option("--json", "print the explanation as JSON, for machines")
    .addHelpText("after", TEST_NOTES)
    .action(async (file: string, flags: TestFlags) => {
      const { testPolicy } = await import("./test.ts");
      process.exitCode = await testPolicy(file, flags);
    });
}

const TEST_NOTES = `
A name alone, like ci@shop, is whom the policy names so. More, and all that a policy can say: docs/policy.md

Exit codes: 0 when it is allowed, 1 when it is denied, 2 when something has to be mended first.

Examples:
  berth policy test policy.yaml --as ci@shop --action push --repo shop/api --tag v1
  berth policy test policy.yaml --as anonymous --action pull --repo public/tools
  berth policy test policy.yaml --as issuer=github,repository=shop/api,ref=refs/heads/main --action push --repo shop/api
  berth policy test policy.yaml --as arn:aws:sts::123456789012:assumed-role/ci/run-7 --action pull --repo shop/api`;
