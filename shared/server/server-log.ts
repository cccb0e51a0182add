type Write = (about: Readonly<Record<string, unknown>>, text: string) => void;

/** What a server tells its home, which has a logger of its own: facts and a sentence, an error under `err`. */
export interface ServerLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly isLevelEnabled: (level: "debug" | "info") => boolean;
}
