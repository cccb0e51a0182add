/** Memory that several requests share. */
export interface ByteBudget {
  /** Resolves when so many bytes may be held, in the order of asking; to be called back when they are let go. */
  readonly take: (bytes: number) => Promise<() => void>;
}

/**
 * No more than `total` bytes at a time. Who asks for more than all gets all, alone. Nobody may ask while holding bytes
 * that only the next ones would set free: then all would wait.
 */
export function createByteBudget(total: number): ByteBudget {
  let left = total;
  const waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  const serve = (): void => {
    for (let next = waiting[0]; next && next.bytes <= left; next = waiting[0]) {
      left -= next.bytes;
      waiting.shift();
      next.go();
    }
  };
  return {
    take: async (wanted) => {
      const bytes = Math.min(wanted, total);
      await new Promise<void>((go) => {
        waiting.push({ bytes, go });
        serve();
      });
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        left += bytes;
        serve();
      };
    },
  };
}
