import type { Policy, Subject } from "./policy.ts";

/** Whom the rules let administer the registry, groups resolved; each of them may be nobody who exists. */
export function administratorsOf(policy: Policy): readonly Subject[] {
  const subjects = policy.rules.filter(({ may }) => may.includes("admin")).flatMap(({ who }) => who);
  return subjects.flatMap((subject) =>
    subject.kind === "group" ? (policy.groups.get(subject.name) ?? []) : [subject],
  );
}
