import { isObject } from "./objects.ts";
import { ContextError, parseTeamSettings, quote, type TeamSettings } from "./settings.ts";

/** One team's registry. */
export interface Team {
  readonly name: string;
  readonly settings: TeamSettings;
}

/** What all stacks of one call have in common. */
export interface Deployment {
  /** everyone who knows the address may push and delete; else only who signs requests with rights in the account */
  readonly open: boolean;
  /** for tests: the registry goes with its stack, its contents too */
  readonly ephemeral: boolean;
}

type Context = (key: string) => unknown;

const TEAM = /^[a-z](?:-?[a-z0-9]){0,31}$/;
const TEAM_TAKES = "a small letter, then small letters, digits and single dashes, 32 characters at most";

/** The team that `-c team=` names, else all of cdk.json. A name that is not there is refused: it might be mistyped. */
export function readTeams(context: Context): readonly Team[] {
  const teams = readJson(context("teams"));
  if (!isObject(teams) || Object.keys(teams).length === 0) {
    throw new ContextError(
      `teams is ${quote(teams)}: it takes an object, like {"main": {"logLevel": "warn"}}`,
    );
  }
  const wrong = Object.keys(teams).find((name) => !TEAM.test(name));
  if (wrong !== undefined)
    throw new ContextError(`teams has a team ${quote(wrong)}: a name is ${TEAM_TAKES}`);
  const chosen = context("team");
  const names = Object.keys(teams).filter((name) => chosen === undefined || name === chosen);
  if (names.length === 0) {
    throw new ContextError(
      `there is no team ${quote(chosen)}, but ${Object.keys(teams).join(", ")}: add it to teams in cdk.json`,
    );
  }
  return names.map((name) => ({ name, settings: parseTeamSettings(name, teams[name]) }));
}

/** The command line has only texts for what is an object in cdk.json; what is no JSON is complained about as it is. */
function readJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export function readDeployment(context: Context): Deployment {
  return { open: readFlag(context, "open"), ephemeral: readFlag(context, "ephemeral") };
}

/** `-c` hands over texts, cdk.json whatever JSON knows. */
function readFlag(context: Context, key: string): boolean {
  const value = context(key);
  if (value === undefined) return false;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new ContextError(`${key} is ${quote(value)}: it takes true or false`);
}
