/** A clock that stands still until it is moved. */
export function movingClock(): { readonly now: () => number; readonly move: (milliseconds: number) => void } {
  let now = Date.UTC(2026, 10, 26, 18);
  return {
    now: () => now,
    move: (milliseconds) => {
      now += milliseconds;
    },
  };
}
