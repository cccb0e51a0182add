/** npm hands Ctrl+C on to a process that the terminal has told already: what comes so soon is the same wish. */
const SAME_WISH_MILLISECONDS = 500;

/** Calls `first` on the first SIGTERM or SIGINT, `again` on each later one. */
export function onSignals(first: (signal: string) => void, again: () => void): void {
  let firstAt: number | undefined;
  const handle = (signal: string) => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      first(signal);
    } else if (now - firstAt > SAME_WISH_MILLISECONDS) again();
  };
  process.on("SIGTERM", handle).on("SIGINT", handle);
}
