/** A partition's regions, and the domain of its services (AWS General Reference, AWS STS endpoints and quotas). */
const PARTITIONS = [
  { regions: /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d{1,2}$/, domain: "amazonaws.com" },
  { regions: /^us-gov-[a-z]+-\d{1,2}$/, domain: "amazonaws.com" },
  { regions: /^cn-[a-z]+-\d{1,2}$/, domain: "amazonaws.com.cn" },
  { regions: /^eusc-[a-z]+-[a-z]+-\d{1,2}$/, domain: "amazonaws.eu" },
] as const;

/** of the oldest partition, whatever the region */
const GLOBAL_HOST = "sts.amazonaws.com";
/** the region that it is in, for signatures */
export const GLOBAL_REGION = "us-east-1";

/** `sts.eu-central-1.amazonaws.com`; the one host for all where no region is given. Undefined where the region can't be. */
export function stsHost(region: string | undefined): string | undefined {
  if (region === undefined) return GLOBAL_HOST;
  const partition = PARTITIONS.find(({ regions }) => regions.test(region));
  return partition && `sts.${region}.${partition.domain}`;
}

/** Whether AWS Security Token Service itself answers there, which customers of AWS can give no name to. */
export function isStsHost(host: string): boolean {
  if (host === GLOBAL_HOST) return true;
  const [, fips, region = ""] = /^sts(-fips)?\.([a-z0-9-]+)\./.exec(host) ?? [];
  return host.replace(fips ?? "", "") === stsHost(region);
}
