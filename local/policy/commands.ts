import type { Command } from "commander";
import { common, run } from "../admin/commands.ts";
import type { AdminFlags } from "../admin/connect.ts";
import type { ForceFlags } from "./at-registry.ts";
import type { TestFlags } from "./test.ts";

/** `berth policy …` */
export function addPolicy(program: Command): void {
  const policy = program
    .command("policy")
    .description("who may do what: check a policy, ask it, and put one in force")
    .addHelpText("after", NOTES);
  addCheck(policy);
  addTest(policy);
  addChanges(policy);
}

function addCheck(policy: Command): void {
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
}

function addTest(policy: Command): void {
  common(
    policy
      .command("test")
      .description("tell whether a policy allows something, by which rule, or what each rule lacks"),
    "0 when it is allowed, 1 when it is denied, 2 when that can't be told",
  )
    .argument("[file]", "a policy in YAML or JSON; the one in force at the registry, if not given")
    .requiredOption("--as <caller>", "anonymous, user:NAME, robot:NAME, an ARN, or issuer=NAME,CLAIM=VALUE,…")
    .requiredOption("--action <action>", "pull, push, delete or admin")
    .option("--repo <name>", "the repository; needed but for admin")
    .option("--tag <tag>", "the tag that is pushed")
    .addHelpText("after", TEST_NOTES)
    .action(async (file: string | undefined, flags: TestFlags) => {
      const { testPolicy } = await import("./test.ts");
      process.exitCode = await testPolicy(file, flags);
    });
}

function addChanges(policy: Command): void {
  common(policy.command("get").description("print the policy in force, and whose it is")).action(
    async (flags: AdminFlags) => {
      const { getPolicy } = await import("./at-registry.ts");
      await run(flags, getPolicy);
    },
  );
  common(
    policy.command("set").description("put a policy in force, until it is reset"),
    "0 when it is done, 1 when the file is no policy, or the registry refuses or does not answer, 2 when it can't be read",
  )
    .argument("<file>", "a policy in YAML or JSON")
    .option("--force", "also where nobody could administer the registry any more")
    .action(async (file: string, flags: ForceFlags) => {
      const { setPolicy } = await import("./at-registry.ts");
      process.exitCode = await setPolicy(file, flags);
    });
  common(policy.command("reset").description("go back to the policy that the registry was started with"))
    .option("--force", "also where nobody could administer the registry any more")
    .action(async (flags: ForceFlags) => {
      const { resetPolicy } = await import("./at-registry.ts");
      await run(flags, (at) => resetPolicy(at, flags));
    });
}

const NOTES = `
What a policy can say: docs/policy.md

Examples:
  berth policy get > policy.yaml
  berth policy check policy.yaml && berth policy set policy.yaml
  berth policy test --as ci@shop --action push --repo shop/api`;

const TEST_NOTES = `
A name alone, like ci@shop, is whom the policy names so. With a file, no registry is asked.

Examples:
  berth policy test policy.yaml --as ci@shop --action push --repo shop/api --tag v1
  berth policy test policy.yaml --as anonymous --action pull --repo public/tools
  berth policy test policy.yaml --as issuer=github,repository=shop/api,ref=refs/heads/main --action push --repo shop/api
  berth policy test policy.yaml --as arn:aws:sts::123456789012:assumed-role/ci/run-7 --action pull --repo shop/api`;
