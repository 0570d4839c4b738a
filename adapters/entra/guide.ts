import { type ConnectionGuide, optionalField, providerSecret, requiredField } from '../../src/connections/guide.js';

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
    requiredField(
      'entra.tenantId',
      'Tenant ID, on the page Overview of the tenant',
      '00000000-1111-2222-3333-444444444444',
    ),
    requiredField('entra.clientId', 'Application (client) ID', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'),
    optionalField(
      'entra.hooks.clientApps',
      'Client IDs of the applications whose tokens get the claims, separated by commas. Begin with one for tests',
      'ffffffff-0000-1111-2222-333333333333',
      'list',
    ),
    optionalField('entra.externalDomain', 'External tenants only: the name before .ciamlogin.com', 'contoso'),
    optionalField('entra.cloud', 'National cloud: global, usgov or china', 'global'),
    optionalField(
      'entra.endpoints.login',
      'Login host of another cloud or of a simulator, together with the address of Microsoft Graph',
      'https://login.microsoftonline.us',
    ),
    optionalField('entra.endpoints.graph', 'Address of Microsoft Graph there', 'https://graph.microsoft.us'),
  ],
  secrets: [providerSecret('entra.auth.secret', 'The value of the client secret')],
  fixed: { 'entra.auth.kind': 'secret' },
};
