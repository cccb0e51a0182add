/** Works on the items in order, `width` at a time. Rejects with the first error, after `stop` has ended the others. */
export async function inParallel<Item>(
  items: readonly Item[],
  { width, stop }: { readonly width: number; readonly stop: (cause: unknown) => void },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let failure: { readonly cause: unknown } | undefined;
  const line = async () => {
    for (const item of queue) {
      if (failure) return;
      try {
        await work(item);
      } catch (cause) {
        if (failure) return;
        failure = { cause };
        stop(cause);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, line));
  if (failure) throw failure.cause;
}
