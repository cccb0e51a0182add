import { onTestFinished } from "vitest";
import { describeAccessKeys } from "../../identities/access-keys.contract.ts";
import { describeAccounts } from "../../identities/accounts.contract.ts";
import { describeAdministrators } from "../../identities/administrators.contract.ts";
import { describeRotation } from "../../identities/rotation.contract.ts";
import { openAwsTable } from "../support/stores.ts";

const open = async () => {
  const { table, close } = await openAwsTable();
  onTestFinished(() => close());
  return table;
};

describeAccounts("DynamoDB", open);
describeAccessKeys("DynamoDB", open);
describeRotation("DynamoDB", open);
describeAdministrators("DynamoDB", open);
