/** A program that Go builds from a module. */
export interface GoTool {
  /** import path of the package with `func main` */
  readonly package: string;
  readonly version: string;
  /** the program is the package's tests, compiled; the package needs no `func main` */
  readonly isTests?: boolean;
  /** leave out parts that the tests have no use for */
  readonly buildTags?: readonly string[];
}

/** containerd without the file systems that need C libraries, and without Kubernetes. */
const SMALL_CONTAINERD = ["no_btrfs", "no_devmapper", "no_zfs", "no_cri"] as const;

/** Every Go tool that the tests build, by the name of its binary: the one place where their versions are pinned. */
export const GO_TOOLS = {
  /** the OCI conformance suite of the specification's main branch */
  conformance: {
    package: "github.com/opencontainers/distribution-spec/conformance",
    version: "v0.0.0-20260831232431-97274622c111",
  },
  /** the suite that came with the specification's release v1.1.1, of which that is the commit */
  "conformance-v1.1.1": {
    package: "github.com/opencontainers/distribution-spec/conformance",
    version: "v0.0.0-20250123160558-a139cc423184",
    isTests: true,
  },

  crane: { package: "github.com/google/go-containerregistry/cmd/crane", version: "v0.22.1" },
  oras: { package: "oras.land/oras/cmd/oras", version: "v1.3.6" },
  regctl: { package: "github.com/regclient/regclient/cmd/regctl", version: "v0.11.7" },
  helm: { package: "helm.sh/helm/v4/cmd/helm", version: "v4.3.1" },
  cosign: { package: "github.com/sigstore/cosign/v3/cmd/cosign", version: "v3.1.3" },
  containerd: {
    package: "github.com/containerd/containerd/v2/cmd/containerd",
    version: "v2.4.2",
    buildTags: SMALL_CONTAINERD,
  },
  ctr: {
    package: "github.com/containerd/containerd/v2/cmd/ctr",
    version: "v2.4.2",
    buildTags: SMALL_CONTAINERD,
  },

  /** distribution, which the benchmarks measure Berth against */
  registry: { package: "github.com/distribution/distribution/v3/cmd/registry", version: "v3.1.2" },
} as const satisfies Record<string, GoTool>;

export type GoToolName = keyof typeof GO_TOOLS;

/** Where a client comes from: a package of Debian 12, or a Go module. */
export type ClientOrigin =
  | { readonly kind: "debian"; readonly package: string }
  | { readonly kind: "go"; readonly tool: GoToolName };

const debian = (name: string): ClientOrigin => ({ kind: "debian", package: name });
const go = (tool: GoToolName): ClientOrigin => ({ kind: "go", tool });

/** Every client that test/clients/ runs, by its name there. */
export const CLIENTS: Readonly<Record<string, ClientOrigin>> = {
  docker: debian("docker.io"),
  podman: debian("podman"),
  buildah: debian("buildah"),
  skopeo: debian("skopeo"),
  "ctr (Debian)": debian("containerd"),
  ctr: go("ctr"),
  crane: go("crane"),
  oras: go("oras"),
  regctl: go("regctl"),
  helm: go("helm"),
  cosign: go("cosign"),
};

/** What the clients need beside themselves. */
export const COMPANION_PACKAGES = ["runc", "crun", "busybox-static"] as const;
export const COMPANION_TOOLS: readonly GoToolName[] = ["containerd"];

/** The program in the test images, and the platforms of the test index as npm names them. */
export const ESBUILD = "0.28.2";
export const ESBUILD_PLATFORMS = ["linux-x64", "linux-arm64", "linux-arm", "linux-s390x"] as const;
