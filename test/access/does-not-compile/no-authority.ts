import { createHttpHandler } from "../../../shared/http/serve.ts";
import type { Registry } from "../../../shared/registry/registry.ts";

/** Serves a registry without a word on who may do what. */
export const carefree = (registry: Registry) => createHttpHandler({ registry });
