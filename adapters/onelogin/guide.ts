import {
  type ConnectionGuide,
  hookSecret,
  optionalField,
  providerSecret,
  requiredField,
} from '../../src/connections/guide.js';

/** @see README.md, “Set-up” */
export const oneloginGuide: ConnectionGuide = {
  name: 'OneLogin',
  preparation: [
    'Developers > API Credentials > New Credential, with the scope Manage All',
    'Security > Policies > New user policy: create the face policy. Its only factor, the face check, is added after the connection has an OpenID client of the kind onelogin_factor: adapters/onelogin/README.md, “3. Face policy”',
    'Keep an administrator signed in while you set the connection up',
  ],
  fields: [
    requiredField('onelogin.accountUrl', 'Address of the account, without a path', 'https://example.onelogin.com'),
    requiredField('onelogin.clientId', 'Client ID of the API credential', 'b7c9d1e2f3a4b5c6'),
    requiredField('onelogin.facePolicyId', 'ID of the face policy, in the address of its page', '187346', 'number'),
    optionalField(
      'onelogin.pilotRole',
      'ID of a role of testers. The Smart Hook then applies to its members only',
      '4711',
      'number',
    ),
  ],
  secrets: [
    providerSecret('onelogin.clientSecret', 'Client secret of the API credential'),
    hookSecret('onelogin.hooks.secret', 'Key with which the Smart Hook signs its calls'),
  ],
  fixed: {},
};
