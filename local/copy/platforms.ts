import { Complaint } from "../complaint.ts";

/** image-spec § Image Index: what an image runs on. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** none: any */
  readonly variant?: string;
}

const PLATFORM = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/;

/** `linux/amd64`, `linux/arm64/v8`. Complaint for anything else. */
export function parsePlatform(text: string): Platform {
  const [, os, architecture, variant] = PLATFORM.exec(text) ?? [];
  if (os === undefined || architecture === undefined) {
    throw new Complaint(`--platform is '${text}': it must be like linux/amd64 or linux/arm/v7`);
  }
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

/** Whether an entry of an index is for the platform that was asked for. */
export function fits(found: unknown, { os, architecture, variant }: Platform): boolean {
  if (typeof found !== "object" || found === null) return false;
  const entry = found as Partial<Record<keyof Platform, unknown>>;
  return (
    entry.os === os &&
    entry.architecture === architecture &&
    (variant === undefined || entry.variant === variant)
  );
}

export const textOf = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter(Boolean).join("/");
