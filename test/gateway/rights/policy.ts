/** IAM's evaluation of identity policies, as far as Berth's roles need it. */

export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** on the partitions of a table that a request names; absent: whatever it names */
  readonly partitions?: { readonly needed: "all" | "any"; readonly patterns: readonly string[] };
}

/** One thing that a request does to one resource: `s3:GetObject` on an ARN. */
export interface Access {
  readonly action: string;
  readonly resource: string;
  /** of a table, what `dynamodb:LeadingKeys` holds */
  readonly partitions?: readonly string[];
}

/** The statements of a policy document. Throws for what is not judged here, so that nothing is granted by mistake. */
export function parsePolicy(document: unknown): readonly Statement[] {
  const { Statement } = document as { Statement: unknown };
  return listOf(Statement).map((statement) => {
    const { Effect, Action, Resource, Condition, ...others } = statement as Record<string, unknown>;
    const unknown = Object.keys(others).filter((name) => name !== "Sid");
    if (unknown.length > 0) throw new Error(`the gateway does not judge ${unknown.join(", ")} of a policy`);
    if (Effect !== "Allow" && Effect !== "Deny") throw new Error(`a statement with Effect ${String(Effect)}`);
    return {
      effect: Effect,
      actions: listOf(Action).map(String),
      resources: listOf(Resource).map(String),
      ...(Condition !== undefined && { partitions: partitionsOf(Condition) }),
    };
  });
}

const SETS = { "ForAllValues:StringLike": "all", "ForAnyValue:StringLike": "any" } as const;

/** The one condition that is judged ("Using IAM policy conditions for fine-grained access control"). */
function partitionsOf(condition: unknown): NonNullable<Statement["partitions"]> {
  const [first, ...more] = Object.entries(condition as Record<string, object>);
  const [operator, keys] = first ?? ["", {}];
  const { "dynamodb:LeadingKeys": patterns, ...others } = keys as Record<string, unknown>;
  const needed = SETS[operator as keyof typeof SETS] as "all" | "any" | undefined;
  if (needed === undefined || more.length > 0 || patterns === undefined || Object.keys(others).length > 0)
    throw new Error(`the gateway does not judge the Condition ${JSON.stringify(condition)} of a policy`);
  return { needed, patterns: listOf(patterns).map(String) };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Allowed is what some statement allows and none denies. */
export function isAllowed(statements: readonly Statement[], access: Access): boolean {
  const about = statements.filter((statement) => speaksOf(statement, access));
  return about.some(({ effect }) => effect === "Allow") && about.every(({ effect }) => effect === "Allow");
}

const speaksOf = (
  { actions, resources, partitions }: Statement,
  { action, resource, partitions: named = [] }: Access,
): boolean =>
  actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
  resources.some((pattern) => matches(pattern, resource)) &&
  (partitions === undefined || isAbout(partitions, named));

/** Of no partition at all, "all" are matched and none is: IAM says so of its set operators. */
function isAbout(
  { needed, patterns }: NonNullable<Statement["partitions"]>,
  named: readonly string[],
): boolean {
  const isMatched = (name: string): boolean => patterns.some((pattern) => matches(pattern, name));
  return needed === "all" ? named.every(isMatched) : named.some(isMatched);
}

/** `*` is any text, `?` any character. */
export function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(text);
}
