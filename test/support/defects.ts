import type { Log } from "../../local/log.ts";

export interface Defects {
  readonly log: Log;
  /** Throws where an error was logged; forgets it. */
  readonly check: () => void;
}

const ignore = () => {};

/** A log that keeps what a registry should never have to log. */
export function collectDefects(): Defects {
  const logged: unknown[] = [];
  const keep = (entry: unknown) => void logged.push(entry);
  return {
    log: {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: keep,
      fatal: keep,
      isLevelEnabled: () => false,
      audit: ignore,
    },
    check: () => {
      const defects = logged.splice(0);
      if (defects.length > 0)
        throw new Error(`the registry logged defects: ${defects.map(textOf).join("\n")}`);
    },
  };
}

function textOf(entry: unknown): string {
  const error = typeof entry === "object" && entry !== null && "err" in entry ? entry.err : undefined;
  return error instanceof Error ? `${JSON.stringify(entry)} ${error.stack}` : JSON.stringify(entry);
}
