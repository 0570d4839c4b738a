import type { ConnectionGuide } from '../../src/connections/guide.js';

/** @see README.md, “Set up” */
export const entraGuide: ConnectionGuide = {
  name: 'Microsoft Entra ID',
  preparation: [
    'Microsoft Entra admin center > App registrations > New registration. Supported account types: this directory only. No redirect URI',
    'Certificates & secrets > New client secret. Keep its value. To use a certificate instead, write the connection into the file by hand',
    'API permissions > Microsoft Graph > Application permissions: User.ReadWrite.All, CustomAuthenticationExtension.Read.All and EventListener.Read.All. For the setup, also Application.ReadWrite.All, CustomAuthenticationExtension.ReadWrite.All, EventListener.ReadWrite.All, Policy.ReadWrite.ApplicationConfiguration and AppRoleAssignment.ReadWrite.All',
    'Grant admin consent',
  ],
  fields: [
    {
      setting: 'entra.tenantId',
      text: 'Tenant ID, on the page Overview of the tenant',
      example: '00000000-1111-2222-3333-444444444444',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'entra.clientId',
      text: 'Application (client) ID',
      example: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'entra.hooks.clientApps',
      text: 'Client IDs of the applications whose tokens get the claims, separated by commas. Begin with one for tests',
      example: 'ffffffff-0000-1111-2222-333333333333',
      type: 'list',
      isOptional: true,
    },
    {
      setting: 'entra.externalDomain',
      text: 'External tenants only: the name before .ciamlogin.com',
      example: 'contoso',
      type: 'text',
      isOptional: true,
    },
    {
      setting: 'entra.cloud',
      text: 'National cloud: global, usgov or china',
      example: 'global',
      type: 'text',
      isOptional: true,
    },
    {
      setting: 'entra.endpoints.login',
      text: 'Login host of another cloud or of a simulator, together with the address of Microsoft Graph',
      example: 'https://login.microsoftonline.us',
      type: 'text',
      isOptional: true,
    },
    {
      setting: 'entra.endpoints.graph',
      text: 'Address of Microsoft Graph there',
      example: 'https://graph.microsoft.us',
      type: 'text',
      isOptional: true,
    },
  ],
  secrets: [{ setting: 'entra.auth.secret', text: 'The value of the client secret', isRandom: false }],
  fixed: { 'entra.auth.kind': 'secret' },
};
