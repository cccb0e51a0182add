/** IAM's evaluation of identity policies, as far as Berth's roles need it. */

export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** One thing that a request does to one resource: `s3:GetObject` on an ARN. */
export interface Access {
  readonly action: string;
  readonly resource: string;
}

/** The statements of a policy document. Throws for what is not judged here, so that nothing is granted by mistake. */
export function parsePolicy(document: unknown): readonly Statement[] {
  const { Statement } = document as { Statement: unknown };
  return listOf(Statement).map((statement) => {
    const { Effect, Action, Resource, ...others } = statement as Record<string, unknown>;
    const unknown = Object.keys(others).filter((name) => name !== "Sid");
    if (unknown.length > 0) throw new Error(`the gateway does not judge ${unknown.join(", ")} of a policy`);
    if (Effect !== "Allow" && Effect !== "Deny") throw new Error(`a statement with Effect ${String(Effect)}`);
    return { effect: Effect, actions: listOf(Action).map(String), resources: listOf(Resource).map(String) };
  });
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Allowed is what some statement allows and none denies. */
export function isAllowed(statements: readonly Statement[], access: Access): boolean {
  const about = statements.filter((statement) => speaksOf(statement, access));
  return about.some(({ effect }) => effect === "Allow") && about.every(({ effect }) => effect === "Allow");
}

const speaksOf = ({ actions, resources }: Statement, { action, resource }: Access): boolean =>
  actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
  resources.some((pattern) => matches(pattern, resource));

/** `*` is any text, `?` any character. */
export function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(text);
}
