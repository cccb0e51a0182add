import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import { Aws, Fn, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { removalPolicyOf } from "./storage.ts";

interface TokenKeysProps {
  /** how many generations there are */
  readonly generations: number;
  readonly ephemeral: boolean;
}

/**
 * The keys that tokens are signed with, one for each generation. Their private halves never leave KMS. A new generation
 * signs from then on, and the older still verify, so nobody has to log in again.
 */
export class TokenKeys extends Construct {
  /** of all keys, the newest first */
  readonly arns: readonly string[];
  /** this registry's name in its tokens: the end of the stack's ARN is never used twice */
  readonly service: string;
  /**
   * What the edge shows the functions, so that they believe it where a client is: the first key's id, which no client learns
   * (`service` stands in each challenge), which outlives each deployment, and which costs no secret's rent. It opens nothing
   * (docs/decisions/0013-edge.md).
   */
  readonly edgeProof: string;

  constructor(scope: Construct, id: string, { generations, ephemeral }: TokenKeysProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const keys = Array.from({ length: generations }, (_, index) => {
      const generation = index + 1;
      return new Key(this, `Generation${generation}`, {
        alias: `alias/${stackName}-tokens-${generation}`,
        description: `Berth: signs the tokens of ${stackName}, generation ${generation}`,
        keySpec: KeySpec.ECC_NIST_P256,
        keyUsage: KeyUsage.SIGN_VERIFY,
        removalPolicy: removalPolicyOf(ephemeral),
      });
    });
    this.edgeProof = keys[0]?.keyId ?? "";
    this.arns = keys.map(({ keyArn }) => keyArn).toReversed();
    this.service = `${stackName}-${Fn.select(2, Fn.split("/", Aws.STACK_ID))}`;
  }
}
