/** What names of a template stand for on this machine. */
export interface Scope {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  /** AWS::Region and its like */
  readonly pseudo: Readonly<Record<string, string>>;
  readonly ref: (logicalId: string) => string;
  readonly attribute: (logicalId: string, name: string) => string;
}

/** A property whose value is this is as good as absent (AWS::NoValue). */
const NO_VALUE = Symbol("AWS::NoValue");

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** A value of a template with its intrinsic functions worked out, as CloudFormation would. Throws for unknown ones. */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = evaluate(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => evaluate(entry, scope)).filter((entry) => entry !== NO_VALUE);
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first !== undefined && entries.length === 1) {
    const [name, argument] = first;
    const intrinsic = INTRINSICS[name];
    if (intrinsic !== undefined) return intrinsic(argument, scope);
    if (name.startsWith("Fn::")) throw new Error(`the gateway does not know ${name}`);
  }
  const resolved = entries.map(([name, entry]) => [name, evaluate(entry, scope)] as const);
  return Object.fromEntries(resolved.filter(([, entry]) => entry !== NO_VALUE));
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => reference(String(argument), scope),
  Condition: (argument, scope) => holds(String(argument), scope),
  "Fn::GetAtt": (argument, scope) => attribute(argument, scope),
  "Fn::Join": (argument, scope) => {
    const [separator, parts] = list(argument, scope);
    return list(parts, scope).map(String).join(String(separator));
  },
  "Fn::Split": (argument, scope) => {
    const [separator, text] = list(argument, scope);
    return String(text).split(String(separator));
  },
  "Fn::Select": (argument, scope) => {
    const [index, entries] = list(argument, scope);
    return list(entries, scope)[Number(index)];
  },
  "Fn::Sub": (argument, scope) => substitute(argument, scope),
  "Fn::FindInMap": (argument, scope) => {
    const path = list(argument, scope).map(String);
    return path.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], scope.mappings);
  },
  "Fn::If": (argument, scope) => {
    const [name, yes, no] = argument as unknown[];
    return evaluate(holds(String(name), scope) ? yes : no, scope);
  },
  "Fn::Equals": (argument, scope) => {
    const [one, other] = list(argument, scope);
    return String(one) === String(other);
  },
  "Fn::And": (argument, scope) => list(argument, scope).every((one) => one === true),
  "Fn::Or": (argument, scope) => list(argument, scope).some((one) => one === true),
  "Fn::Not": (argument, scope) => list(argument, scope)[0] !== true,
};

function list(value: unknown, scope: Scope): unknown[] {
  const resolved = evaluate(value, scope);
  return Array.isArray(resolved) ? resolved : [resolved];
}

function reference(name: string, { parameters, pseudo, ref }: Scope): unknown {
  if (name === "AWS::NoValue") return NO_VALUE;
  if (Object.hasOwn(pseudo, name)) return pseudo[name];
  return Object.hasOwn(parameters, name) ? parameters[name] : ref(name);
}

/** Whether a condition of the template holds. */
export function holds(name: string, scope: Scope): boolean {
  if (!Object.hasOwn(scope.conditions, name)) throw new Error(`the template has no condition ${name}`);
  return evaluate(scope.conditions[name], scope) === true;
}

function attribute(argument: unknown, scope: Scope): string {
  const [logicalId = "", ...names] =
    typeof argument === "string" ? argument.split(".") : list(argument, scope);
  return scope.attribute(String(logicalId), names.map(String).join("."));
}

function substitute(argument: unknown, scope: Scope): string {
  const [text, own = {}] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  const variables = evaluate(own, scope) as Record<string, unknown>;
  return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal !== "") return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return String(variables[name]);
    return String(name.includes(".") ? attribute(name, scope) : reference(name, scope));
  });
}
