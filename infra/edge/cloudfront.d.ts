/** What functions of CloudFront import (Developer Guide: "Helper methods for origin modification"), as far as it is used. */
declare module "cloudfront" {
  const cf: {
    /** Takes an origin of the distribution instead of the behaviour's, with all that is set for it. */
    readonly selectRequestOriginById: (id: string) => void;
  };
  export default cf;
}
