import type { Org } from './org.js';

type OrgGroup = Org['groups'] extends Map<string, infer Group> ? Group : never;

export const toGroupView = ([id, { name, type = 'OKTA_GROUP' }]: readonly [string, OrgGroup]) => ({
  ...{ id, type },
  profile: { name },
});
