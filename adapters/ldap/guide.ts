import type { ConnectionGuide } from '../../src/connections/guide.js';

/** @see README.md, “Set-up” */
export const ldapGuide: ConnectionGuide = {
  name: 'Active Directory or OpenLDAP',
  preparation: [
    'Define the attribute for the enrolment token: the setup of the connection prints the definition',
    'Create a service account that can read users and groups and change this one attribute only',
    'For StartTLS, certificates of your own or another filter, write the connection into the file by hand',
  ],
  fields: [
    {
      setting: 'ldap.directory',
      text: 'Kind of the directory: active_directory or openldap',
      example: 'active_directory',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'ldap.urls',
      text: 'Addresses of servers that accept changes',
      example: 'ldaps://dc1.example.com',
      type: 'list',
      isOptional: false,
    },
    {
      setting: 'ldap.baseDn',
      text: 'Distinguished name below which users and groups are',
      example: 'dc=example,dc=com',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'ldap.bindDn',
      text: 'Distinguished name of the service account',
      example: 'cn=facestep,ou=services,dc=example,dc=com',
      type: 'text',
      isOptional: false,
    },
    {
      setting: 'ldap.attribute',
      text: 'Attribute that holds the enrolment token',
      example: 'facestepToken',
      type: 'text',
      isOptional: true,
    },
    {
      setting: 'ldap.objectClass',
      text: 'OpenLDAP: auxiliary class that allows the attribute',
      example: 'facestepPerson',
      type: 'text',
      isOptional: true,
    },
  ],
  secrets: [{ setting: 'ldap.password', text: 'The password of the service account', isRandom: false }],
  fixed: {},
};
