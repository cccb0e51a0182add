/** A command that Go builds from a module. */
export interface GoTool {
  /** import path of the package with `func main` */
  readonly package: string;
  readonly version: string;
}

/** Every Go tool that the tests build, by the name of its binary: the one place where their versions are pinned. */
export const GO_TOOLS = {
  /** the OCI conformance suite of the specification's main branch */
  conformance: {
    package: "github.com/opencontainers/distribution-spec/conformance",
    version: "v0.0.0-20260831232431-97274622c111",
  },
} as const satisfies Record<string, GoTool>;

export type GoToolName = keyof typeof GO_TOOLS;
