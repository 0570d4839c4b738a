import { type ConnectionGuide, optionalField, providerSecret, requiredField } from '../../src/connections/guide.js';

/** @see README.md, “Set-up” */
export const scimGuide: ConnectionGuide = {
  name: 'SCIM 2.0',
  preparation: [
    'Define the attribute for the enrolment token: the setup of the connection prints its values',
    'Create an account for this server only, which can list and read users and change this one attribute, and a bearer token for it. For other credentials, write the connection into the file by hand',
  ],
  fields: [
    requiredField('scim.baseUrl', 'Base address, to which /Users is appended', 'https://idp.example.com/scim/v2'),
    optionalField(
      'scim.attribute',
      'URN of a schema, a colon and the attribute, if the server has a fixed URN for custom attributes',
      'urn:ietf:params:scim:schemas:extension:facestep:2.0:User:token',
    ),
  ],
  secrets: [providerSecret('scim.auth.token', 'The bearer token')],
  fixed: { 'scim.auth.kind': 'bearer' },
};
