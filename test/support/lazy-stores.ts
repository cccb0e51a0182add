import type { Blobs } from "../../shared/ports/blobs.ts";
import type { Table } from "../../shared/ports/table.ts";

/** A table that is opened when it is first used: tests make their domain at once. */
export function lazyTable(open: () => Promise<Table>): Table {
  const opened = once(open);
  return {
    get: async (...call) => (await opened()).get(...call),
    getMany: async (...call) => (await opened()).getMany(...call),
    query: async (...call) => (await opened()).query(...call),
    write: async (...call) => (await opened()).write(...call),
    transact: async (...call) => (await opened()).transact(...call),
  };
}

export function lazyBlobs(open: () => Promise<Blobs>): Blobs {
  const opened = once(open);
  return {
    put: async (...call) => (await opened()).put(...call),
    createMultipart: async (...call) => (await opened()).createMultipart(...call),
    uploadPart: async (...call) => (await opened()).uploadPart(...call),
    completeMultipart: async (...call) => (await opened()).completeMultipart(...call),
    abortMultipart: async (...call) => (await opened()).abortMultipart(...call),
    head: async (...call) => (await opened()).head(...call),
    read: async (...call) => (await opened()).read(...call),
    open: async (...call) => (await opened()).open(...call),
    remove: async (...call) => (await opened()).remove(...call),
    list: async (...call) => (await opened()).list(...call),
    listMultiparts: async (...call) => (await opened()).listMultiparts(...call),
  };
}

/** Opens when it is first asked for. */
export function once<Result>(open: () => Promise<Result>): () => Promise<Result> {
  let opened: Promise<Result> | undefined;
  return () => (opened ??= open());
}
