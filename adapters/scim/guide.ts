import type { ConnectionGuide } from '../../src/connections/guide.js';

/** @see README.md, “Set-up” */
export const scimGuide: ConnectionGuide = {
  name: 'SCIM 2.0',
  preparation: [
    'Define the attribute for the enrolment token: the setup of the connection prints its values',
    'Create an account for this server only, which can list and read users and change this one attribute, and a bearer token for it. For other credentials, write the connection into the file by hand',
  ],
  fields: [
    {
      setting: 'scim.baseUrl',
      text: 'Base address, to which /Users is appended',
      example: 'https://idp.example.com/scim/v2',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'scim.attribute',
      text: 'URN of a schema, a colon and the attribute, if the server has a fixed URN for custom attributes',
      example: 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User:token',
      type: 'text',
      isOptional: true,
    },
  ],
  secrets: [{ setting: 'scim.auth.token', text: 'The bearer token', isRandom: false }],
  fixed: { 'scim.auth.kind': 'bearer' },
};
