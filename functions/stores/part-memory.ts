import { createByteBudget } from "./byte-budget.ts";

/** Memory for one part. */
export interface PartSpace {
  /** of the length that was asked for; what is in it is what was there before */
  readonly bytes: Buffer;
  /** Lets another part have it, once nobody reads it any more. */
  readonly reuse: () => void;
  /** Lets it go for good: somebody may still read it. */
  readonly drop: () => void;
}

/** Memory that the parts of all requests of a process share. */
export interface PartMemory {
  /** As ByteBudget.take. */
  readonly take: (bytes: number) => Promise<PartSpace>;
}

/** Lengths are rounded up to this, so that what one part leaves fits the next. */
const GRAIN = 8 * 1024 * 1024;

/**
 * No more than `total` bytes for parts at a time, and for those to come. Fresh memory costs five times what copying into
 * it does, in pages that the kernel has to clear, and collections of V8, which sees each part as 16 MiB of garbage.
 */
export function createPartMemory(total: number): PartMemory {
  const budget = createByteBudget(total);
  /** from the one that was used longest ago to the latest */
  const idle: Buffer[] = [];
  let bound = 0;
  const keepWithin = (): void => {
    for (let sum = sizeOf(idle); idle.length > 0 && bound + sum > total; sum = sizeOf(idle)) idle.shift();
  };
  return {
    take: async (wanted) => {
      const size = Math.ceil(wanted / GRAIN) * GRAIN;
      const release = await budget.take(size);
      bound += size;
      const found = idle.findLastIndex(({ length }) => length === size);
      const buffer = idle.splice(found, found < 0 ? 0 : 1)[0] ?? Buffer.allocUnsafeSlow(size);
      keepWithin();
      let isHeld = true;
      const end = (then: () => void): void => {
        if (!isHeld) return;
        isHeld = false;
        bound -= size;
        then();
        keepWithin();
        release();
      };
      return {
        bytes: buffer.subarray(0, wanted),
        reuse: () => end(() => idle.push(buffer)),
        drop: () => end(() => {}),
      };
    },
  };
}

const sizeOf = (buffers: readonly Buffer[]): number => buffers.reduce((sum, { length }) => sum + length, 0);
