import type { TeamSettings } from "./settings.ts";

/** What each setting takes, and all together don't. */
export function contradictionsIn(settings: TeamSettings): string[] {
  const { edge, heads, edgeDomain, edgeCertificateArn, webAclArn } = settings;
  const ofEdge = { edgeDomain, edgeCertificateArn, webAclArn, heads: heads === "api" ? undefined : heads };
  const idle = Object.entries(ofEdge).filter(([, value]) => edge === "off" && value !== undefined);
  return [
    ...idle.map(([name]) => `${name} is of no use while edge is "off"`),
    ...((edgeDomain === undefined) === (edgeCertificateArn === undefined)
      ? []
      : ["edgeDomain and edgeCertificateArn go together: set both, or none"]),
    ...(settings.policy === undefined && settings.tokenKeys > 1
      ? ["tokenKeys is of no use without a policy: nobody gets tokens"]
      : []),
    ...contradictionsOfDoor(settings),
    ...contradictionsOfPulls(settings),
  ];
}

function contradictionsOfDoor({ door, doorDomain, doorCertificateArn }: TeamSettings): string[] {
  const names = Object.entries({ doorDomain, doorCertificateArn });
  if (door === "fargate") {
    return names.flatMap(([name, value]) =>
      value === undefined
        ? [`door "fargate" needs ${name}: a load balancer has no certificate of its own`]
        : [],
    );
  }
  return names.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} is of no use but with door "fargate"`],
  );
}

function contradictionsOfPulls(settings: TeamSettings): string[] {
  const { pulls, pullsKeys, pullsDomain, pullsCertificateArn, edgeDomain } = settings;
  const needed = {
    pullsKeys: pullsKeys.length === 0 ? undefined : pullsKeys,
    pullsDomain,
    pullsCertificateArn,
  };
  if (pulls === "bucket") {
    return Object.entries(needed).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} is of no use but with pulls "edge"`],
    );
  }
  return [
    ...(needed.pullsKeys
      ? []
      : ['pulls "edge" needs pullsKeys: CloudFront serves what is signed with one of them']),
    ...((pullsDomain === undefined) === (pullsCertificateArn === undefined)
      ? []
      : ["pullsDomain and pullsCertificateArn go together: set both, or none"]),
    ...(pullsDomain !== undefined && edgeDomain !== undefined && `.${pullsDomain}`.endsWith(`.${edgeDomain}`)
      ? ["pullsDomain is edgeDomain or below it: clients would send the registry's credentials there"]
      : []),
  ];
}
