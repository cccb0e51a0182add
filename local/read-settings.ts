import { readFileSync } from "node:fs";
import { Complaint, causeOf } from "./complaint.ts";
import { flagOf, SETTING_NAMES, SETTINGS, type SettingName, type Settings, variableOf } from "./settings.ts";

/** As commander has them: a switch that was given is true. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export interface SettingSources {
  /** of the command line, by setting name; and `config` */
  readonly flags: Flags;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Where a value came from decides how a complaint names it. */
interface Given {
  readonly text: string;
  readonly from: string;
}

/** The settings: flag over variable over config file over default. Throws a Complaint. */
export function readSettings({ flags, variables }: SettingSources): Settings {
  const file = configFile(flags["config"] ?? variables["BERTH_CONFIG"]);
  const given = (name: SettingName): Given =>
    fromFlag(name, flags) ??
    fromVariable(name, variables) ??
    file.get(name) ?? { text: SETTINGS[name].fallback, from: name };
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, parsed(name, given(name))])) as Settings;
}

function parsed(name: SettingName, { text, from }: Given): Settings[SettingName] {
  try {
    return SETTINGS[name].parse(text);
  } catch (error) {
    if (error instanceof Complaint) throw new Complaint(`${from} is '${text}': it ${error.message}`);
    throw error;
  }
}

function fromFlag(name: SettingName, flags: Flags): Given | undefined {
  const value = flags[name];
  return value === undefined ? undefined : { text: `${value}`, from: flagOf(name) };
}

/** A variable that is set to nothing counts as not set. */
function fromVariable(name: SettingName, variables: SettingSources["variables"]): Given | undefined {
  const variable = variableOf(name);
  const text = variables[variable];
  return text ? { text, from: variable } : undefined;
}

function configFile(path: unknown): ReadonlyMap<string, Given> {
  if (typeof path !== "string" || path === "") return new Map();
  const content = parsedFile(path);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new Complaint(`the config file ${path} must hold one JSON object, like {"port": 5000}`);
  }
  return new Map(Object.entries(content).map(([name, value]) => [name, fromFile(path, name, value)]));
}

function parsedFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Complaint(`the config file ${path} is not JSON: ${error.message}`);
    throw new Complaint(
      `can't read the config file ${path} (${causeOf(error)}): give the path of a readable file`,
    );
  }
}

function fromFile(path: string, name: string, value: unknown): Given {
  if (!Object.hasOwn(SETTINGS, name)) {
    throw new Complaint(
      `the config file ${path} has an unknown key '${name}'; known are ${SETTING_NAMES.join(", ")}`,
    );
  }
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw new Complaint(`'${name}' in the config file ${path} must be a string, a number, true or false`);
  }
  return { text: String(value), from: `'${name}' in the config file ${path}` };
}
