import { type ConnectionGuide, hookSecret } from '../../src/connections/guide.js';

/** @see README.md, “Set-up” */
export const oneloginGuide: ConnectionGuide = {
  name: 'OneLogin',
  preparation: [
    'Developers > API Credentials > New Credential, with the scope Manage All',
    'Security > Policies > New user policy: create the face policy. Its only factor, the face check, is added after the connection has an OpenID client of the kind onelogin_factor: adapters/onelogin/README.md, “3. Face policy”',
    'Keep an administrator signed in while you set the connection up',
  ],
  fields: [
    {
      setting: 'onelogin.accountUrl',
      text: 'Address of the account, without a path',
      example: 'https://example.onelogin.com',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'onelogin.clientId',
      text: 'Client ID of the API credential',
      example: 'b7c9d1e2f3a4b5c6',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'onelogin.facePolicyId',
      text: 'ID of the face policy, in the address of its page',
      example: '187346',
      type: 'number',
      isOptional: false,
    },
    {
      setting: 'onelogin.pilotRole',
      text: 'ID of a role of testers. The Smart Hook then applies to its members only',
      example: '4711',
      type: 'number',
      isOptional: true,
    },
  ],
  secrets: [
    { setting: 'onelogin.clientSecret', text: 'Client secret of the API credential', isRandom: false },
    hookSecret('onelogin.hooks.secret', 'Key with which the Smart Hook signs its calls'),
  ],
  fixed: {},
};
