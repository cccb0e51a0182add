import { type Policy, type Subject, subjectText } from "./policy.ts";

/** Whom the rules let administer the registry, groups resolved, each once; each of them may be nobody who exists. */
export function administratorsOf({ rules, groups }: Policy): readonly Subject[] {
  const named = rules.filter(({ may }) => may.includes("admin")).flatMap(({ who }) => who);
  const once = new Map(named.map((subject) => [subjectText(subject), subject]));
  const found = [...once.values()].flatMap((subject) =>
    subject.kind === "group" ? (groups.get(subject.name) ?? []) : [subject],
  );
  return [...new Map(found.map((subject) => [subjectText(subject), subject])).values()];
}
